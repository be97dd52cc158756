/// Rewrites text in Unicode normalization form C (Unicode Standard Annex 15).
struct CanonicalComposer {
  private struct Element {
    var scalar: UInt32
    let combiningClass: UInt8
  }

  private let mappings: CanonicalMappings
  private var elements: [Element] = []
  /// Where the marks begin that are not in order yet.
  private var marksStart = 0

  /// The text in normalization form C, or nil if it certainly is already.
  ///
  /// - Complexity: O(*n*); O(*n* log *n*) in a run of combining marks.
  static func rewriting(_ text: UTF8Text) -> String? {
    let mappings = CanonicalMappings.shared
    guard !isStable(text, mappings) else { return nil }
    var composer = CanonicalComposer(mappings: mappings)
    var position = 0
    while position < text.count {
      let (scalar, end) = text.scalar(at: position)
      composer.decompose(scalar.value)
      position = end
    }
    composer.orderMarks()
    return composer.composed()
  }

  private init(mappings: CanonicalMappings) { self.mappings = mappings }

  /// Whether no character can change: a quick check that takes every combining mark for a change.
  private static func isStable(_ text: UTF8Text, _ mappings: CanonicalMappings) -> Bool {
    var position = 0
    while position < text.count {
      // Below U+0300, which is 0xCC 0x80, every character is stable; continuation bytes are lower than 0xCC too.
      guard text[position] >= 0xCC else {
        position += 1
        continue
      }
      let (scalar, end) = text.scalar(at: position)
      position = end
      // The unified ideographs and the Hangul syllables, to be quick.
      if (0x3400..<0xA000).contains(scalar.value) || (0xAC00..<0xD7A4).contains(scalar.value) { continue }
      if scalar.combiningClass != 0 || mappings.isUnstable(scalar.value) || Hangul.isTrailing(scalar.value) {
        return false
      }
    }
    return true
  }

  private mutating func decompose(_ scalar: UInt32) {
    if let (lead, vowel, tail) = Hangul.decomposition(of: scalar) {
      for jamo in [lead, vowel, tail] { if let jamo { append(jamo) } }
    } else if let (first, second) = mappings.decomposition(of: scalar) {
      decompose(first)
      if let second { decompose(second) }
    } else {
      append(scalar)
    }
  }

  private mutating func append(_ scalar: UInt32) {
    let combiningClass = Unicode.Scalar(scalar)?.combiningClass ?? 0
    if combiningClass == 0 { orderMarks() }
    elements.append(Element(scalar: scalar, combiningClass: combiningClass))
    if combiningClass == 0 { marksStart = elements.count }
  }

  /// Sorts the marks since the last starter by class; those of one class keep their order.
  private mutating func orderMarks() {
    guard elements.count - marksStart > 1 else { return }
    let ordered = elements[marksStart...].enumerated().sorted {
      ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
    }
    elements.replaceSubrange(marksStart..., with: ordered.map(\.element))
  }

  /// Joins each starter with what follows it unblocked.
  private func composed() -> String {
    var result: [UInt32] = []
    var starter: Int?
    var lastClass: UInt8 = 0
    for element in elements {
      let scalar = element.scalar
      let isAdjacent = starter == result.count - 1
      if let starter, isAdjacent || lastClass < element.combiningClass,
        let composite = Hangul.composition(of: result[starter], scalar)
          ?? mappings.composition(of: result[starter], scalar)
      {
        result[starter] = composite
        continue
      }
      if element.combiningClass == 0 { starter = result.count }
      lastClass = element.combiningClass
      result.append(scalar)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: result.compactMap(Unicode.Scalar.init))
    return String(text)
  }
}
