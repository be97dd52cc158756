import ArgumentParser

/// The files of a model folder that whoever published it wrote, and those that people exchange about measuring.
///
/// New kinds come last, so that the mutants of those before stay the same.
enum FileKind: String, CaseIterable, ExpressibleByArgument {
  case config, tokenizer, safetensors, template, gguf, envelope, registry

  /// Its name in a model folder.
  var fileName: String {
    switch self {
    case .config: "config.json"
    case .tokenizer: "tokenizer.json"
    case .safetensors: "model.safetensors"
    case .template: "chat_template.jinja"
    case .gguf: "model.gguf"
    case .envelope: "envelope.json"
    case .registry: "registry.json"
    }
  }
}

/// What reading one file may cost.
enum Allowance {
  #if DEBUG
    /// How much longer unoptimized code takes, at the most.
    private static let slowdown = 40.0
  #else
    private static let slowdown = 1.0
  #endif
  /// Of processor time, which other programs take no part in.
  static let seconds = 2 * slowdown
  /// Of processor time, after which a reader is stopped.
  static let secondsUntilStopped = 10 * slowdown
  /// Of the whole process. Memory that is asked for and never touched counts only here.
  static let dataBytes = 1 << 30

  /// By how much the memory of the process may grow.
  static func growth(fileBytes: Int) -> Int { 4 << 20 + 64 * fileBytes }
}
