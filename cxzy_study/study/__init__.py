"""The shipped study, stage by stage: load its tables, rebuild them from the texts, make what people look at."""
