import JSON
import Measurements

extension Run {
  /// How the weights are stored, as the worker says: the format with the most parameters.
  var storageFormat: String? {
    if let format = description["storage"]?.array?.first?["format"]?.string { return format }
    return description["quantization"]?.string ?? lane
  }

  /// The lane, as the worker says.
  var lane: String? { description["lane"]?.string ?? description["lane"]?["lane"]?.string }
}

extension Provenance {
  /// Nil where unverified.
  var hash: WeightsHash? {
    guard case .hashed(let hash, _) = self else { return nil }
    return hash
  }
}
