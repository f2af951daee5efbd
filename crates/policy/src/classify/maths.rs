//! Exponential and logarithm from the four basic operations, which are exact to the last bit on every machine: the
//! platform's own functions differ in the last place, and a prediction must not depend on where it was made.

/// 1 to 1/9. A sentence asks for a thousand exponentials: what is divided by is known beforehand.
const PARTS: [f64; 9] = [1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0, 1.0 / 6.0, 1.0 / 7.0, 1.0 / 8.0, 1.0 / 9.0];
/// Added and taken away again, it leaves the nearest whole number: above it a double has no place for less.
const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;

/// e to the power of `x`.
#[must_use]
pub fn exp(x: f32) -> f32 {
    let x = f64::from(x.clamp(-60.0, 60.0));
    let k = (x * std::f64::consts::LOG2_E + WHOLE) - WHOLE;
    let r = x - k * std::f64::consts::LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for part in PARTS {
        term *= r * part;
        sum += term;
    }
    // k is within ±87: the bits of 2^k can be written down.
    let scale = f64::from_bits(((k as i64 + 1023) as u64) << 52);
    (sum * scale) as f32
}

/// 1 / (1 + e^-x)
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Hyperbolic tangent.
#[must_use]
pub fn tanh(x: f32) -> f32 {
    let e = exp(2.0 * x.clamp(-15.0, 15.0));
    (e - 1.0) / (e + 1.0)
}

/// Natural logarithm of a number of at least 1.
#[must_use]
pub fn ln(x: f64) -> f64 {
    let x = x.max(1.0);
    let bits = x.to_bits();
    let k = (bits >> 52) as i64 - 1023;
    let m = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | (1023 << 52));
    // ln m = 2 artanh((m - 1) / (m + 1)), m from 1 to 2
    let t = (m - 1.0) / (m + 1.0);
    let mut sum = 0.0;
    let mut p = t;
    for i in 0..20 {
        sum += p / f64::from(2 * i + 1);
        p *= t * t;
    }
    2.0 * sum + k as f64 * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_true_values() {
        for i in -200..200 {
            let x = i as f32 / 10.0;
            assert!((exp(x) - x.exp()).abs() <= x.exp() * 1e-6, "{x}");
            assert!((tanh(x) - x.tanh()).abs() <= 1e-6, "{x}");
        }
        for i in 1..1000 {
            assert!((ln(f64::from(i)) - f64::from(i).ln()).abs() < 1e-12);
        }
    }
}
