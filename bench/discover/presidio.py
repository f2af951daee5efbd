"""Presidio's pattern recognisers over the lines of `labelled.jsonl`, for comparison with the scanner.

    pip install presidio-analyzer phonenumbers
    python presidio.py DIR

Bench only: nothing of it ships. No language model is loaded; names and addresses, which need one, are not compared.
Each recogniser is asked in every language in which it is registered for the kind, at its default threshold.
"""

import json
import sys
import time

from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IpRecognizer,
    PhoneRecognizer,
)

KINDS = {
    "CREDIT_CARD": {"bank-card-number"},
    "EMAIL_ADDRESS": {"email"},
    "IP_ADDRESS": {"ip-address"},
    "PHONE_NUMBER": {"mobile-number", "landline-number"},
}


def recognisers():
    yield CreditCardRecognizer(supported_language="en")
    yield EmailRecognizer(supported_language="en")
    yield IpRecognizer(supported_language="en")
    yield PhoneRecognizer(supported_language="en", supported_regions=["CN"])
    try:
        from presidio_analyzer.predefined_recognizers import MacAddressRecognizer

        KINDS["MAC_ADDRESS"] = {"mac-address"}
        yield MacAddressRecognizer(supported_language="en")
    except ImportError:
        pass


def main(folder):
    lines = [json.loads(line) for line in open(f"{folder}/labelled.jsonl", encoding="utf-8")]
    tools = list(recognisers())
    score = {}
    size = sum(len(line["text"].encode()) for line in lines)
    started = time.perf_counter()
    found = []
    for line in lines:
        hits = []
        for tool in tools:
            for hit in tool.analyze(line["text"], tool.supported_entities, None) or []:
                if hit.score >= 0.4:
                    hits.append((hit.entity_type, line["text"][hit.start : hit.end].strip()))
        found.append(hits)
    seconds = time.perf_counter() - started
    for line, hits in zip(lines, found):
        for entity, kinds in KINDS.items():
            tp, fp, fn = score.setdefault(entity, [0, 0, 0])
            want = [value for kind, value in line["truth"] if kind in kinds]
            got = {value for e, value in hits if e == entity}
            # A hit that contains the value (or the value without its country code) counts.
            ok = [w for w in want if any(w in g or g in w for g in got)]
            wrong = [g for g in got if not any(w in g or g in w for w in want)]
            score[entity] = [tp + len(ok), fp + len(wrong), fn + len(want) - len(ok)]
    print("| entity | precision | recall | values |\n|---|---|---|---|")
    for entity, (tp, fp, fn) in score.items():
        print(f"| {entity} | {tp / max(1, tp + fp):.4f} | {tp / max(1, tp + fn):.4f} | {tp + fn} |")
    print(f"{len(lines)} lines, {size / 1e6 / seconds:.2f} MB/s")


if __name__ == "__main__":
    main(sys.argv[1])
