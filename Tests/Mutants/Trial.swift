import Foundation

/// What came of reading one mutant.
struct Trial {
  enum Outcome: Equatable {
    case accepted, refused
    /// The process ended, with the last words of its standard error.
    case ended(String)
  }

  let number: Int
  var outcome: Outcome
  var fileBytes = 0
  var processorSeconds = 0.0
  var growthBytes = 0

  /// What is wrong; nil if nothing is.
  var failure: String? {
    if case .ended(let reason) = outcome { return reason }
    if processorSeconds > Allowance.seconds {
      return String(format: "took %.1f s of processor time", processorSeconds)
    }
    guard growthBytes > Allowance.growth(fileBytes: fileBytes) else { return nil }
    return "took \(growthBytes >> 10) KiB of memory for \(fileBytes) bytes of file"
  }
}

/// A line for each trial, from the process that reads to the one that reports.
extension Trial {
  /// - Precondition: It was read to its end.
  var line: String {
    "\(number) \(outcome == .accepted ? 1 : 0) \(fileBytes) \(processorSeconds) \(growthBytes)\n"
  }

  init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count == 5, let number = Int(fields[0]), let accepted = Int(fields[1]), let size = Int(fields[2]),
      let seconds = Double(fields[3]), let growth = Int(fields[4])
    else { return nil }
    self.init(
      number: number, outcome: accepted == 1 ? .accepted : .refused, fileBytes: size, processorSeconds: seconds,
      growthBytes: growth)
  }
}
