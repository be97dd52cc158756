/// The regular expressions that published tokenizers split by, each run by a scanner of its own.
enum SplitPattern: Sendable, CaseIterable {
  case gpt2, llama3, qwen2

  /// The pattern as `tokenizer.json` spells it.
  var source: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3: Self.llama3Source(digits: #"\p{N}{1,3}"#)
    case .qwen2: Self.llama3Source(digits: #"\p{N}"#)
    }
  }

  private static func llama3Source(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
}
