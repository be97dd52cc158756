"""Writes retrieval.json: nDCG@10 and recall@10 of random rankings by trec_eval.

    python3 Tests/EnvelopesTests/Golden/make-retrieval.py > Tests/EnvelopesTests/Golden/retrieval.json

Made with pytrec_eval-terrier 0.5.11, which has trec_eval's own code. Each case has the cosines of all documents, without
equal ones, and the grades of the relevant documents by their index.
"""

import json
import random

import pytrec_eval

random.seed(23)
cases = []
for _ in range(60):
    documents = random.choice([3, 12, 60, 200])
    cosines = random.sample(range(-1000, 1000), documents)
    relevant = random.sample(range(documents), random.randint(1, min(documents, random.choice([1, 3, 20]))))
    grades = {document: random.choice([1, 1, 2, 3, 100]) for document in relevant}
    judge = pytrec_eval.RelevanceEvaluator({"q": {str(d): g for d, g in grades.items()}}, {"ndcg_cut.10", "recall.10"})
    scores = judge.evaluate({"q": {str(d): float(c) for d, c in enumerate(cosines)}})["q"]
    cases.append(
        {
            "cosines": [c / 1000 for c in cosines],
            "relevant": list(grades),
            "grades": list(grades.values()),
            "ndcg": scores["ndcg_cut_10"],
            "recall": scores["recall_10"],
        }
    )
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]")
