"""Registers of LoRaWAN network servers: which devices measure what and where, and never what would let anybody find or imitate one."""
