/// Rewrites text in a Unicode normalization form (Unicode Standard Annex 15).
struct FormComposer {
  private struct Element {
    var scalar: UInt32
    let combiningClass: UInt8
  }

  private let form: NormalizationForm
  private let mappings = CanonicalMappings.shared
  private var elements: [Element] = []
  /// Where the marks begin that are not in order yet.
  private var marksStart = 0

  /// The bytes of the text in a form, or nil if it certainly is already.
  ///
  /// - Complexity: O(*n*); O(*n* log *n*) in a run of combining marks.
  static func rewriting(_ text: UTF8Text, in form: NormalizationForm) -> [UInt8]? {
    var composer = FormComposer(form: form)
    guard !composer.isStable(text) else { return nil }
    var position = 0
    while position < text.count {
      let (scalar, end) = text.scalar(at: position)
      composer.decompose(scalar.value)
      position = end
    }
    composer.orderMarks()
    return composer.result()
  }

  private init(form: NormalizationForm) { self.form = form }

  /// Whether no character can change: a quick check that takes every combining mark for a change.
  private func isStable(_ text: UTF8Text) -> Bool {
    // Below U+0300, which is 0xCC 0x80, every character is stable under form C; continuation bytes are lower too.
    let firstUnstable: UInt8 = form == .nfc ? 0xCC : 0x80
    var position = 0
    while position < text.count {
      guard text[position] >= firstUnstable else {
        position += 1
        continue
      }
      let (scalar, end) = text.scalar(at: position)
      position = end
      // The unified ideographs, and the Hangul syllables where they stay, to be quick.
      if (0x3400..<0xA000).contains(scalar.value) { continue }
      if form.composes, (0xAC00..<0xD7A4).contains(scalar.value) { continue }
      if scalar.combiningClass != 0 || isUnstable(scalar.value) { return false }
    }
    return true
  }

  private func isUnstable(_ scalar: UInt32) -> Bool {
    if form.isCompatible,
      CompatibilityMappings.shared.decomposition(of: scalar) != nil || mappings.decomposition(of: scalar) != nil
    {
      return true
    }
    if form.composes { return mappings.isUnstable(scalar) || Hangul.isTrailing(scalar) }
    return mappings.decomposition(of: scalar) != nil || Hangul.decomposition(of: scalar) != nil
  }

  private mutating func decompose(_ scalar: UInt32) {
    if let (lead, vowel, tail) = Hangul.decomposition(of: scalar) {
      for jamo in [lead, vowel, tail] { if let jamo { append(jamo) } }
    } else if let (first, second) = mappings.decomposition(of: scalar) {
      decompose(first)
      if let second { decompose(second) }
    } else if form.isCompatible, let parts = CompatibilityMappings.shared.decomposition(of: scalar) {
      for part in parts { decompose(part) }
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

  private func result() -> [UInt8] {
    var text = String.UnicodeScalarView()
    text.append(
      contentsOf: (form.composes ? composed() : elements.map(\.scalar)).compactMap(Unicode.Scalar.init))
    return Array(String(text).utf8)
  }

  /// Joins each starter with what follows it unblocked.
  private func composed() -> [UInt32] {
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
    return result
  }
}
