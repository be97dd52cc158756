import ArgumentParser
import Foundation

/// A number of bytes as people write it: `16G` and `16GB` are 16 · 10⁹, `16GiB` is 16 · 2³⁰.
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init?(argument: String) {
    let text = argument.replacingOccurrences(of: " ", with: "").lowercased()
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let units: [Substring: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "kib": 1024, "m": 1e6, "mb": 1e6, "mib": 1_048_576, "g": 1e9, "gb": 1e9,
      "gib": 1_073_741_824, "t": 1e12, "tb": 1e12, "tib": 1_099_511_627_776,
    ]
    guard let number = Double(digits), let unit = units[text.dropFirst(digits.count)], number >= 0,
      number * unit < 1e18
    else { return nil }
    count = Int(number * unit)
  }
}
