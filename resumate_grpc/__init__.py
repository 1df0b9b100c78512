"""ResuMate: résumés in, structured data and a live progress stream out."""

__all__ = ["__version__"]

__version__ = "0.1.0"
