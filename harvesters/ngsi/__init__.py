"""NGSI-LD and NGSIv2 brokers: entities with their present state, read as stations and datastreams."""
