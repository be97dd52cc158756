/// Why texts and references cannot be compared.
public enum ReferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherText(reference: Int)
  case otherVocabulary(reference: Int, model: Int)
  case otherTokens
  case tooShort(tokens: Int)
  case unwritable(String, reason: String)
  case notAReference(String)

  public var description: String {
    switch self {
    case .otherText(let count):
      "the reference has \(count) scored tokens, which is not what this text has: compare over the same text and windows"
    case .otherVocabulary(let reference, let model):
      "the reference has \(reference) tokens in its vocabulary and the model \(model): compare lanes of one model"
    case .otherTokens:
      "the reference's tokenizer cuts the text in another way than the model's: compare lanes of one model"
    case .tooShort(let count): "the text has \(count) tokens: give one of at least two"
    case .notAReference(let path):
      "\(path) is missing or holds no reference distributions: delete it, so that it is made anew"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
