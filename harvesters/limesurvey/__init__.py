"""LimeSurvey: what the kind `limesurvey` knows of surveys, their questions and their exports."""
