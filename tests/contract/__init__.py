"""Tests of the contract: schemas, WSDL and documents as partners see them."""
