/// The compatibility decompositions of single characters (Unicode Standard Annex 15), beside the canonical ones.
///
/// The table is that of Unicode 9.0, as `CanonicalMappings` is.
struct CompatibilityMappings: Sendable {
  private var decomposed: [UInt32: [UInt32]] = [:]

  static let shared = CompatibilityMappings()

  private init() {
    for entry in Self.decompositions.utf8.split(separator: UInt8(ascii: ",")) {
      let fields = entry.split(separator: UInt8(ascii: " "))
      let span = fields[0].split(separator: UInt8(ascii: "-")).compactMap { UInt32(Substring($0), radix: 16) }
      let parts = fields.dropFirst().compactMap { UInt32(Substring($0), radix: 16) }
      guard let first = span.first, let last = span.last else { continue }
      for value in first...last {
        decomposed[value] = first == last ? parts : parts.map { $0 + value - first }
      }
    }
  }

  func decomposition(of scalar: UInt32) -> [UInt32]? { decomposed[scalar] }
}
