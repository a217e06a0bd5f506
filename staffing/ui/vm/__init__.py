"""What the screens show, as pure values: files of a run in, frozen values out, no streamlit."""
