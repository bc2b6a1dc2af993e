<?php
// PHP SoapClient: php judge.php BASE_URL CALLS.json
declare(strict_types=1);

[, $baseUrl, $file] = $argv;
$given = json_decode(file_get_contents($file), true, 512, JSON_THROW_ON_ERROR);
ini_set('default_socket_timeout', '30');

/** SoapClient encodes base64 itself: every `content` is given as bytes. */
function with_bytes(mixed $value): mixed
{
    if (!is_array($value)) {
        return $value;
    }
    foreach ($value as $name => $one) {
        $value[$name] = $name === 'content' ? base64_decode($one, true) : with_bytes($one);
    }
    return $value;
}

function message(string $sender, string $recipient): array
{
    return [
        'Sender' => ['Code' => $sender, 'Name' => $sender],
        'Recipient' => ['Code' => $recipient, 'Name' => $recipient],
        'TypeCode' => 'GSRV',
        'Status' => 'REQUEST',
        'Date' => gmdate('Y-m-d\TH:i:s\Z'),
        'ExchangeType' => '2',
    ];
}

/** A value of another type than the schema's is printed as "?". */
function typed(mixed $value, string $kind): string
{
    return get_debug_type($value) === $kind ? json_encode($value) : '?';
}

function facts(string $name, object $answer): string
{
    switch ($name) {
        case 'Errors':
            return implode(';', array_map(fn ($one) => "{$one->code} {$one->path}", $answer->error));
        case 'UploadAttachmentPartResponse':
            return typed($answer->received, 'int') . ' ' . typed($answer->complete, 'bool');
        case 'FetchReferralsResponse':
            return count($answer->item ?? []) . ' ' . typed($answer->retryAfterSeconds, 'int')
                . ' ' . typed($answer->moreAvailable, 'bool');
        case 'GetServiceInformationResponse':
            return $answer->onDate . ' ' . count($answer->section ?? []) . ' ' . count($answer->term ?? []);
        default:
            return '';
    }
}

$clients = [];
foreach ($given['services'] as $path) {
    $clients[$path] = new SoapClient("$baseUrl$path?wsdl", [
        'soap_version' => SOAP_1_1,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'connection_timeout' => 30,
    ]);
}
echo "generated\n";
foreach ($given['calls'] as $call) {
    $operation = $call['operation'];
    $answer = $clients[$call['path']]->__soapCall($operation, [[
        'Message' => message($call['sender'], $call['recipient']),
        'MessageData' => ['AppData' => ["{$operation}Request" => with_bytes($call['request'])]],
    ]]);
    $data = get_object_vars($answer->MessageData->AppData);
    $name = array_key_first($data);
    echo "{$call['name']}|{$answer->Message->Status}|$name|" . facts($name, $data[$name]) . "\n";
}
