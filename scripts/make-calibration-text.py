#!/usr/bin/env python3
"""Writes Sources/Lanes/Resources/calibration.txt: continuations that SmolLM2-135M-Instruct samples from the prompts below.

usage: make-calibration-text.py RESIDENT MODEL_FOLDER > Sources/Lanes/Resources/calibration.txt

Text that a model itself finds likely exercises its weights as normal use does, and is in no data set that is used for
evaluation. The model folder is what `make models` makes from the Q4_1 weights. The same folder, seeds and engine make the
same text.
"""

import json
import subprocess
import sys

TOKENS = 240
PROMPTS = [
    "The history of the lighthouse begins with",
    "Photosynthesis is the process by which",
    "def merge_sorted(left, right):\n    \"\"\"Merge two sorted lists.\"\"\"\n",
    "Dear Ms. Alvarez,\n\nThank you for your letter of the third of May.",
    "To bake a loaf of rye bread you need",
    "The train to the coast was late again, and Oskar",
    "In linear algebra, an eigenvector of a matrix",
    "User: How do I reset my password?\nAssistant:",
    "{\n  \"name\": \"weather_station\",\n  \"sensors\": [",
    "Question: A farmer has 17 sheep and buys 9 more. How many sheep does he have?\nAnswer:",
    "The most common causes of inflation are",
    "SELECT customers.name, COUNT(orders.id) FROM",
    "Once there was a clockmaker who",
    "The human heart has four chambers.",
    "# Installing the library\n\n",
    "Good evening, and welcome to the local news.",
    "import numpy as np\n\nclass LinearRegression:\n",
    "A good night's sleep depends on",
    "The trial opened on Monday with",
    "Volcanoes form when",
    "\"I never said that,\" she answered.",
    "Five tips for a successful job interview:\n1.",
    "The Roman Republic was governed by",
    "function debounce(callback, delay) {\n",
    "The recipe for tomato soup is simple:",
    "Dolphins communicate by",
    "<html>\n<head>\n<title>Garden diary</title>\n",
    "Let x be the number of apples. Then",
    "The championship match went into extra time after",
    "When choosing a bicycle, consider",
    "Translate into French: \"The book is on the table.\"\n",
    "The committee recommends that the council",
    "Electric current is measured in",
    "Mountains rise slowly,",
    "#include <stdio.h>\n\nint main(void) {\n",
    "Patients with high blood pressure should",
    "The painting shows a harbour at dawn.",
    "Summary of the quarterly report:\n-",
    "You are a helpful assistant with access to these tools: get_time, get_weather.\nUser: Is it raining in Oslo?\n",
    "Space telescopes are placed in orbit because",
]


def main(resident, folder):
    for seed, prompt in enumerate(PROMPTS, 1):
        command = [resident, "engine", "generate", "--model", folder, "--prompt", prompt, "--max-tokens", str(TOKENS)]
        command += ["--temperature", "1", "--top-p", "0.95", "--seed", str(seed), "--ignore-end", "--json"]
        text = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["text"]
        # A sample may end within a character.
        print((prompt + text).replace("\ufffd", "").rstrip() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
