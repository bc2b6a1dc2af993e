"""The XML schemas that the WSDL files import and integrators validate against."""
