import JSON

/// How text is rewritten before it is split: a chain of steps.
struct Normalizer: Sendable {
  enum Step: Sendable, Equatable {
    /// A Unicode normalization form.
    case form(NormalizationForm)
    case lowercase
    /// Without the white space at the start, at the end or both.
    case strip(left: Bool, right: Bool)
    /// A text put before any that is not empty.
    case prepend(String)
    case replace(Pattern, with: String)
  }

  static let none = Normalizer(steps: [])

  /// More than any published tokenizer has.
  static let stepLimit = 64

  let steps: [Step]

  /// Whether the text may begin with what came later before.
  var movesStart: Bool {
    steps.contains { step in
      switch step {
      case .strip(let left, _): left
      case .replace(let pattern, let content): content.isEmpty || !pattern.matchesOneScalar
      case .form, .lowercase, .prepend: false
      }
    }
  }

  /// The bytes of the text rewritten, or nil if it stays as it is.
  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    var current: [UInt8]?
    for step in steps {
      let next =
        current.map { bytes in bytes.withUnsafeBufferPointer { step.rewriting(UTF8Text($0)) } } ?? step.rewriting(text)
      if let next { current = next }
    }
    return current
  }

  /// The bytes of a text rewritten.
  func normalized(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { rewriting(UTF8Text($0)) } ?? bytes
  }
}

extension Normalizer.Step {
  /// The bytes of the text rewritten, or nil if it stays as it is.
  fileprivate func rewriting(_ text: UTF8Text) -> [UInt8]? {
    switch self {
    case .form(let form): FormComposer.rewriting(text, in: form)
    case .lowercase: text.lowercased
    case .strip(let left, let right): text.stripped(left: left, right: right)
    case .prepend(let prefix): text.count == 0 ? nil : prefix.utf8 + Array(text.bytes(0..<text.count))
    case .replace(let pattern, let content): pattern.replacing(in: text, with: content)
    }
  }
}

extension UTF8Text {
  fileprivate var lowercased: [UInt8]? {
    var result: [UInt8] = []
    var isChanged = false
    var position = 0
    while position < count {
      let (scalar, end) = scalar(at: position)
      if let lower = scalar.lowercased {
        result += lower.utf8
        isChanged = true
      } else {
        result += bytes(position..<end)
      }
      position = end
    }
    return isChanged ? result : nil
  }

  fileprivate func stripped(left: Bool, right: Bool) -> [UInt8]? {
    let start = left ? endOfSpaces(after: 0) : 0
    let end = right ? max(start, startOfSpaces(before: count)) : count
    return end - start == count ? nil : Array(bytes(start..<end))
  }
}

/// Reading.
extension Normalizer {
  /// The `normalizer` value.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> Normalizer {
    guard let value, value != .null else { return .none }
    var steps: [Step] = []
    var growth = TextGrowth()
    try read(value, path: "normalizer", into: &steps, &growth)
    return Normalizer(steps: steps)
  }

  private static func read(
    _ value: JSONValue, path: String, into steps: inout [Step], _ growth: inout TextGrowth
  ) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let type = try fields.string("type")
    guard type != "Sequence" else {
      for (index, step) in try fields.array("normalizers").enumerated() {
        try read(step, path: "\(path).normalizers[\(index)]", into: &steps, &growth)
      }
      return
    }
    guard steps.count < stepLimit else { throw .field(path, problem: "follows too many others") }
    switch type {
    case "Lowercase": steps.append(.lowercase)
    case "Strip":
      steps.append(
        .strip(
          left: try fields.bool("strip_left", default: true), right: try fields.bool("strip_right", default: true)))
    case "Prepend":
      let prefix = try fields.string("prepend")
      try growth.add(prefix: prefix, path: path)
      steps.append(.prepend(prefix))
    case "Replace":
      let (pattern, content) = try fields.replacement(&growth)
      steps.append(.replace(pattern, with: content))
    default:
      guard let form = NormalizationForm(rawValue: type) else {
        throw .unsupported(
          field: fields.path(of: "type"), value: type,
          supported: ["null"] + NormalizationForm.allCases.map(\.rawValue)
            + ["Lowercase", "Prepend", "Replace", "Sequence", "Strip"])
      }
      steps.append(.form(form))
    }
  }
}
