"""Language models behind the port `jobs.ports.LanguageModel`."""
