"""Attack detection, measured in the terms of ISO/IEC 30107-3."""
