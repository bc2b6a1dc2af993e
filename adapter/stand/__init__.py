"""The stand: emulators of РЭМД, bureaus, ФОМС and МИС with books of what they received; the demo trip."""
