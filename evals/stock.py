"""The stock recipe to compare with: 1,000-character splitter, sentence-transformers, Chroma. Run by ``bench.py``.

    python -m evals.stock MODEL_FOLDER TEXT_FILE QUESTIONS_JSON

Prints one JSON object: seconds of build and cold question (imports included), seconds of each warm question, memory in MB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main(model_folder: str, text_file: str, questions_json: str) -> None:
    begun = time.perf_counter()
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(model_folder, device="cpu")

    class Stock(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            rows: list[list[float]] = model.encode(texts).tolist()
            return rows

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=0)
    started = time.perf_counter()
    store = Chroma.from_texts(splitter.split_text(Path(text_file).read_text(encoding="utf-8")), Stock())
    build = time.perf_counter() - started
    questions = json.loads(questions_json)
    store.similarity_search(questions[0])
    cold = time.perf_counter() - begun
    warm = []
    for question in questions[1:]:
        asked = time.perf_counter()
        store.similarity_search(question)
        warm.append(time.perf_counter() - asked)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"build": build, "cold": cold, "warm": warm, "memory": memory}))


if __name__ == "__main__":
    main(*sys.argv[1:])
