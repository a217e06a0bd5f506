"""The planner in the browser: ``streamlit run app.py``, or ``staffing app`` where the package is installed."""

from staffing.ui.main import main

main()
