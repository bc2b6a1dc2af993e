"""The WSDL files of the contract, exactly as `?wsdl` serves them."""
