import JSON

/// One kind of rewriting, as a `normalizer` object describes it.
protocol NormalizerStep: Sendable {
  /// The values of `type` that stand for it.
  static var kinds: [String] { get }

  /// - Parameter growth: Where a step that makes text longer adds by how much.
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem)

  /// The bytes of the text rewritten, or nil if it stays as it is.
  func rewriting(_ text: UTF8Text) -> [UInt8]?

  /// Whether the text may begin with what came later before.
  var movesStart: Bool { get }
}

extension NormalizerStep {
  var movesStart: Bool { false }
}

/// How text is rewritten before it is split: a chain of steps.
struct Normalizer: Sendable {
  static let none = Normalizer(steps: [])

  /// More than any published tokenizer has.
  static let stepLimit = 64

  private static let stepTypes: [any NormalizerStep.Type] = [
    BertNormalizer.self, Lowercase.self, NormalizationForm.self, Nmt.self, Precompiled.self, Prepend.self, Replace.self,
    Strip.self, StripAccents.self,
  ]

  let steps: [any NormalizerStep]

  /// Whether the text may begin with what came later before.
  var movesStart: Bool { steps.contains { $0.movesStart } }

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

/// Reading.
extension Normalizer {
  /// The `normalizer` value.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  static func read(_ value: JSONValue?) throws(TokenizerProblem) -> Normalizer {
    guard let value, value != .null else { return .none }
    var steps: [any NormalizerStep] = []
    var growth = TextGrowth()
    try read(value, path: "normalizer", into: &steps, &growth)
    return Normalizer(steps: steps)
  }

  private static func read(
    _ value: JSONValue, path: String, into steps: inout [any NormalizerStep], _ growth: inout TextGrowth
  ) throws(TokenizerProblem) {
    let fields = try JSONFields(value, path: path)
    let kind = try fields.string("type")
    guard kind != "Sequence" else {
      for (index, step) in try fields.array("normalizers").enumerated() {
        try read(step, path: "\(path).normalizers[\(index)]", into: &steps, &growth)
      }
      return
    }
    guard steps.count < stepLimit else {
      throw .unsupported(field: path, value: "one of many steps", supported: ["\(stepLimit) of them"])
    }
    guard let type = stepTypes.first(where: { $0.kinds.contains(kind) }) else {
      throw fields.unread(.normalizer, kind: kind, read: stepTypes.flatMap { $0.kinds } + ["Sequence"])
    }
    steps.append(try type.init(fields, &growth))
  }
}
