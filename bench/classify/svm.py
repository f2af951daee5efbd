"""The reference SVM in the folds of our sentence classifier.

    pip install -r bench/classify/requirements.txt
    python bench/classify/svm.py capp130-dev.jsonl [--folds 6] [--split FILE] [--logits FILE] [--margins FILE.npz]

Bench only: nothing of it ships. Two machines, each trained anew for every fold:

- alone: TF-IDF of characters (1- to 3-grams) and a linear SVM for each topic, all at its defaults, threshold 0;
- context: the same with the sentences before and after, the nearest and the topmost heading, each as characters of its
  own at half weight; thresholds chosen on the other folds, one for each topic or one for all.

Folds, headings, scores and what is unseen are those of `data.rs`, `text.rs` and `score.rs`. `--split` takes what the trainer
prints with that option, and refuses any other folds. `--logits` takes what the
trainer wrote with the option of that name, refuses it unless documents, sentences, topics and folds are the same, and adds our
classifier to the table, and blends of the two. Our rule that a line without a statement has no topic holds in our logits
alone. `--margins` keeps what the machines said, or takes it from there. One process, the same figures each time.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

# Labels of the corpus in the order of `Topic::ALL`, with our names.
TOPICS = [
    ("数据收集", "collection"),
    ("权限获取", "permissions"),
    ("共享、委托、转让、公开（披露）", "sharing"),
    ("使用", "use"),
    ("存储方式", "storage"),
    ("安全措施", "security"),
    ("特殊人群", "special-groups"),
    ("数据、权限管理", "rights"),
    ("联系方式", "contact"),
    ("隐私政策的授权、修改与变更", "policy-change"),
    ("停止运营", "cessation"),
]
MASK = (1 << 64) - 1
SEED = 1
NEIGHBOUR = 0.5


def load(path):
    """Names of the documents; of each sentence its document, text and topics."""
    names, doc, texts, topics = [], [], [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if not names or names[-1] != row["doc"]:
                names.append(row["doc"])
            doc.append(len(names) - 1)
            texts.append(row["text"])
            topics.append([label in row["labels"] for label, _ in TOPICS])
    return names, np.array(doc), texts, np.array(topics)


def folds(n, k, seed):
    """`data.rs::folds`: SplitMix64, a shuffle from the end, ranks dealt out in turn."""
    order = list(range(n))
    state = seed
    for i in range(n - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        j = z % (i + 1)
        order[i], order[j] = order[j], order[i]
    out = [0] * n
    for rank, i in enumerate(order):
        out[i] = rank % k
    return np.array(out)


def level(text):
    """`text.rs::heading`: level of a heading, 0 for a sentence."""
    c = text.strip()[:41]
    if not c or len(c) > 40 or c[-1] in "。；;，!！":
        return 0
    run = lambda s, of: len(s) - len(s.lstrip(of))
    numerals, digits = "一二三四五六七八九十", "0123456789"
    if c[0] == "第" and any(x in "部条章" for x in c[:5]):
        return 1
    k = run(c, numerals)
    if 1 <= k < 4 and c[k : k + 1] and c[k] in "、.． ，:":
        return 1
    if c[0] in "（(【[":
        if 1 <= run(c[1:], numerals) < 4:
            return 2
        if 1 <= run(c[1:], digits) < 3:
            return 4 if len(c) <= 25 else 0
        return 5 if len(c) <= 20 else 0
    if 1 <= run(c, digits) < 3:
        dots = c[: run(c, digits + ".")].count(".")
        return 3 + min(dots, 3) if len(c) <= 30 else 0
    return 7 if len(c) <= 18 and c[-1] not in "：:" else 0


def around(doc, texts):
    """Of each sentence: the one before, the one after, the nearest heading, the topmost; -1 where there is none."""
    n = len(texts)
    out = np.full((n, 4), -1)
    heads = [-1] * 8
    for i in range(n):
        first = i == 0 or doc[i - 1] != doc[i]
        if first:
            heads = [-1] * 8
        here = level(texts[i])
        higher = here or len(heads)
        top = heads[1] if heads[1] >= 0 else heads[2]
        out[i] = (-1 if first else i - 1, i + 1 if i + 1 < n and doc[i + 1] == doc[i] else -1, max(heads[1:higher], default=-1), top)
        if here:
            heads[here:] = [-1] * (8 - here)
            heads[here] = i
    return out


def margins(doc_fold, doc, texts, topics, count):
    """What both machines say of sentences of documents they have not seen: two arrays, a row for each sentence."""
    near = around(doc, texts)
    fold = doc_fold[doc]
    said = np.zeros((2, len(texts), len(TOPICS)))
    for f in range(count):
        started = time.perf_counter()
        train, test = fold != f, fold == f
        grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
        grams.fit([t for t, keep in zip(texts, train) if keep])
        alone = grams.transform(texts).tocsr()
        # A last row of nothing stands for what is not there (-1).
        padded = sp.vstack([alone, sp.csr_matrix((1, alone.shape[1]))]).tocsr()
        context = sp.hstack([alone] + [padded[near[:, k]] * NEIGHBOUR for k in range(near.shape[1])]).tocsr()
        for m, x in enumerate((alone, context)):
            known, asked = x[train], x[test]
            for k in range(len(TOPICS)):
                svm = LinearSVC(random_state=0).fit(known, topics[train, k])
                said[m, test, k] = svm.decision_function(asked)
        print(f"fold {f}: {time.perf_counter() - started:.0f} s", flush=True)
    return said


def best(said, truth):
    """`score.rs::best`: the threshold with the best micro F1."""
    y, t = said.ravel(), truth.ravel()
    order = np.argsort(-y, kind="stable")
    tp = np.cumsum(t[order])
    f1 = 2.0 * tp / (t.sum() + np.arange(1, len(y) + 1))
    return y[order][np.argmax(f1)]


def one(said, truth):
    return np.full(len(TOPICS), best(said, truth))


def each(said, truth):
    return np.array([best(said[:, k], truth[:, k]) for k in range(len(TOPICS))])


def none(said, truth):
    return np.zeros(len(TOPICS))


def decide(said, topics, fold, choose):
    """Topics given; the threshold of a fold is chosen on the others."""
    out = np.zeros(topics.shape, bool)
    for f in np.unique(fold):
        out[fold == f] = said[fold == f] >= choose(said[fold != f], topics[fold != f])
    return out


def score(given, topics, keep):
    """F1 of each topic, micro, macro."""
    g, t = given[keep], topics[keep]
    tp, fp, missed = (g & t).sum(0), (g & ~t).sum(0), (~g & t).sum(0)
    f1 = lambda a, b, c: 2.0 * a / max(2.0 * a + b + c, 1.0)
    rows = [f1(*x) for x in zip(tp, fp, missed)]
    return rows + [f1(tp.sum(), fp.sum(), missed.sum()), sum(rows) / len(rows)]


def unseen(fold, texts):
    """Whether no document of another fold has the sentence word for word."""
    where = {}
    for f, t in zip(fold, texts):
        where.setdefault(t, set()).add(f)
    return np.array([len(where[t]) == 1 for t in texts])


def same_split(path, names, doc_fold):
    """Refuses folds that are not those of the trainer."""
    with open(path, encoding="utf-8") as file:
        theirs = [line.rstrip("\n").split("\t") for line in file]
    mine = [[name, str(f)] for name, f in zip(names, doc_fold)]
    if theirs != mine:
        raise SystemExit(f"{path}: other documents or folds than here; print it with the same corpus and `--folds`")
    print(f"folds of all {len(mine)} documents as the trainer draws them")


def ours(path, names, doc, texts, topics, fold):
    """The trainer's logits, if they are of these sentences in these folds."""
    out = []
    with open(path, encoding="utf-8") as file:
        for i, line in enumerate(file):
            row = json.loads(line)
            same = i < len(texts) and row["doc"] == names[doc[i]] and row["text"] == texts[i]
            if not (same and row["fold"] == fold[i] and row["topics"] == topics[i].tolist()):
                raise SystemExit(f"{path}:{i + 1}: not the sentence, topics or fold that stand here; train with the same corpus and `--folds`")
            out.append(row["logits"])
    if len(out) != len(texts):
        raise SystemExit(f"{path}: {len(out)} sentences, the corpus has {len(texts)}")
    return np.array(out)


def blend(net, svm, topics, fold):
    """Our logits and the margins, the weight of a fold chosen on the others."""
    weights = np.arange(0.0, 4.1, 0.5)
    out = np.zeros(topics.shape, bool)
    chosen = []
    for f in np.unique(fold):
        rest = fold != f
        tried = []
        for w in weights:
            said = net + w * svm
            t = best(said[rest], topics[rest])
            tried.append((score(said[rest] >= t, topics[rest], slice(None))[-2], w, t))
        _, w, t = max(tried, key=lambda x: (x[0], -x[1]))
        out[fold == f] = (net + w * svm)[fold == f] >= t
        chosen.append(float(w))
    print("weights of the margins:", chosen)
    return out


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("corpus")
    args.add_argument("--folds", type=int, default=6)
    args.add_argument("--split")
    args.add_argument("--logits")
    args.add_argument("--margins")
    args = args.parse_args()
    names, doc, texts, topics = load(args.corpus)
    doc_fold = folds(len(names), args.folds, SEED)
    fold = doc_fold[doc]
    print("documents of each fold:", *(f"{f}: {(doc_fold == f).sum()} ({(fold == f).sum()} sentences);" for f in range(args.folds)))
    if args.split:
        same_split(args.split, names, doc_fold)
    net = ours(args.logits, names, doc, texts, topics, fold) if args.logits else None
    if args.margins and pathlib.Path(args.margins).exists():
        kept = np.load(args.margins)
        if kept["fold"].tolist() != fold.tolist():
            raise SystemExit(f"{args.margins}: of other folds; name another file")
        said = kept["said"]
    else:
        said = margins(doc_fold, doc, texts, topics, args.folds)
        if args.margins:
            np.savez_compressed(args.margins, fold=fold, said=said)
    alone, context = said
    columns = {}
    if net is not None:
        columns["ours"] = decide(net, topics, fold, one)
    columns["SVM alone"] = decide(alone, topics, fold, none)
    columns["SVM alone, one threshold"] = decide(alone, topics, fold, one)
    columns["SVM context, one threshold"] = decide(context, topics, fold, one)
    columns["SVM context, each its own"] = decide(context, topics, fold, each)
    if net is not None:
        columns["ours + SVM context"] = blend(net, context, topics, fold)
    new = unseen(fold, texts)
    every = np.ones(len(texts), bool)
    print(f"{len(names)} documents, {len(texts)} sentences, {new.sum()} unseen\n\nF1 all / unseen")
    print("| topic | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|")
    table = [list(zip(score(c, topics, every), score(c, topics, new))) for c in columns.values()]
    for k, name in enumerate([name for _, name in TOPICS] + ["micro", "macro"]):
        cells = (f"{a[k][0]:.3f} / {a[k][1]:.3f}".replace("0.", ".") for a in table)
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
