"""What things are: the domain model, values with their IRIs, Table Schemas and rules. No storage, no HTTP."""
