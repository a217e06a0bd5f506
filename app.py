"""The planner in the browser from a checkout: ``streamlit run app.py``."""

from staffing.ui.main import main

main()
