//! The nearest valid name, for errors that say how to mend a typing mistake.

/// The candidate nearest to `word` by edit distance (with transpositions), if it is near enough to be meant.
/// Ties go to the first candidate, so the answer does not depend on anything but the order given.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(cost, _)| *cost <= limit)
        .fold(None, |best: Option<(usize, &str)>, next| match best {
            Some(held) if held.0 <= next.0 => Some(held),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance between two words, in characters.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (get(&last, j) + usize::from(x != y)).min(get(&last, j + 1) + 1).min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(get(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_word_that_was_meant() {
        let words = ["collection", "use", "storage", "disclosure"];
        assert_eq!(nearest("colection", words), Some("collection"));
        assert_eq!(nearest("storgae", words), Some("storage"));
        assert_eq!(nearest("termination", words), None);
        assert_eq!(nearest("", words), None);
    }
}
