import Foundation
import JSON

/// Reading the files of sentence-transformers (its versions 2 to 6 write them in two forms).
extension EmbeddingRecipe {
  static let modulesName = "modules.json"
  static let settingsName = "config_sentence_transformers.json"
  /// What the step of the transformer may be stated in.
  fileprivate static let transformerNames = [
    "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json",
  ]

  /// Whether a folder says that it is a model that makes vectors of texts.
  public static func isStated(in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(modulesName).path)
  }

  /// The files of a folder that say how vectors are made of texts, with the weights of their steps, whether they can be
  /// used or not; none without `modules.json`.
  static func fileNames(in folder: URL) -> [String] {
    let url = folder.appendingPathComponent(modulesName)
    guard isStated(in: folder), let modules = try? JSONValue(contentsOf: url).array else { return [] }
    let steps = modules.compactMap { $0["path"]?.string }.filter { !$0.isEmpty && WeightManifest.isInFolder($0) }
    let names =
      [modulesName, settingsName] + transformerNames
      + steps.flatMap { step in
        ["\(step)/config.json", "\(step)/model.safetensors"]
      }
    return names.filter { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
  }

  /// - Parameter hiddenSize: The features of a token's state.
  /// - Throws: `EmbeddingRecipeError.notStated`; `CheckpointError` for a file that is missing or damaged, and for a step
  ///   that is not known here.
  public init(contentsOf folder: URL, hiddenSize: Int) throws {
    guard Self.isStated(in: folder) else { throw EmbeddingRecipeError.notStated(folder: folder.path) }
    var reader = RecipeReader(folder)
    let modules = try reader.modules()
    var (pooling, poolsPrompt): (Pooling?, Bool) = (nil, true)
    var projections: [Projection] = []
    var width = hiddenSize
    var isNormalized = false
    for (index, module) in modules.enumerated() {
      guard index > 0 || module.kind == "Transformer" else { throw reader.error("begins with \(module.kind)") }
      guard !isNormalized else { throw reader.error("has \(module.kind) after Normalize, which is not known here") }
      switch module.kind {
      case "Transformer" where index == 0: break
      case "Pooling" where pooling == nil:
        (pooling, poolsPrompt) = try reader.pooling(module.path, hiddenSize: hiddenSize)
      case "Dense" where pooling != nil:
        projections.append(try reader.projection(module.path, inputs: width))
        width = projections.last?.outputs ?? width
      case "Normalize" where pooling != nil: isNormalized = true
      default: throw reader.error("has the step \(module.kind) in place \(index), which is not known here")
      }
    }
    guard let pooling else { throw reader.error("has no Pooling, so nothing says how a vector is made of tokens") }
    let settings = try reader.settings()
    self.pooling = pooling
    self.poolsPrompt = poolsPrompt
    self.projections = projections
    self.isNormalized = isNormalized
    maximumTokens = try reader.maximumTokens(modules.first?.path ?? "")
    prompts = settings.prompts
    defaultPrompt = settings.defaultPrompt
    similarity = settings.similarity
    dimension = width
    matryoshka = try reader.matryoshka(below: width)
    files = reader.files.sorted()
  }
}

/// The files of a folder, each checked as it is read.
private struct RecipeReader {
  let folder: URL
  /// Those that were read.
  private(set) var files: [String] = []

  init(_ folder: URL) { self.folder = folder }

  func error(_ problem: String) -> CheckpointError {
    let file = folder.appendingPathComponent(EmbeddingRecipe.modulesName).path
    return .field(file: file, name: "(top level)", problem: problem)
  }

  /// The contents of a file; nil if there is none.
  private mutating func read(_ name: String) throws(CheckpointError) -> ConfigFields? {
    let url = folder.appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    files.append(name)
    return ConfigFields(value: try JSONValue(contentsOf: url), file: url.path)
  }

  mutating func modules() throws(CheckpointError) -> [(kind: String, path: String)] {
    guard let fields = try read(EmbeddingRecipe.modulesName), let list = fields.value.array, !list.isEmpty else {
      throw error("is not a list of steps")
    }
    var modules: [(kind: String, path: String)] = []
    for element in list {
      guard let type = element["type"]?.string, let path = element["path"]?.string else {
        throw error("has a step without type or path")
      }
      // The path decides which files are read: never one outside of the folder.
      guard path.isEmpty || (WeightManifest.isInFolder(path) && !path.contains("/")) else {
        throw error("has the path \"\(path)\", which is no folder in it")
      }
      modules.append((type.split(separator: ".").last.map(String.init) ?? type, path))
    }
    return modules
  }

  mutating func pooling(
    _ path: String, hiddenSize: Int
  ) throws(CheckpointError) -> (EmbeddingRecipe.Pooling, poolsPrompt: Bool) {
    let name = "\(path)/config.json"
    guard let fields = try read(name) else { throw .notFound(folder.appendingPathComponent(name).path) }
    let widthName = fields.has("word_embedding_dimension") ? "word_embedding_dimension" : "embedding_dimension"
    let width = try fields.size(widthName, upTo: 1 << 20)
    guard width == hiddenSize else {
      throw fields.error(widthName, "is \(width), but a token's state has \(hiddenSize) features")
    }
    let poolsPrompt = try fields.bool("include_prompt", default: true)
    if fields.has("pooling_mode") {
      let modes = (fields.value["pooling_mode"]?.array ?? [fields.value["pooling_mode"] ?? .null]).map(\.string)
      guard modes.count == 1, let mode = modes[0].flatMap(EmbeddingRecipe.Pooling.init) else {
        throw fields.error("pooling_mode", "is not one of \(Self.poolings)")
      }
      return (mode, poolsPrompt)
    }
    let names = [
      "cls_token": EmbeddingRecipe.Pooling.first, "mean_tokens": .mean, "max_tokens": .max,
      "mean_sqrt_len_tokens": .rootMean, "weightedmean_tokens": .weightedMean, "lasttoken": .last,
    ]
    var chosen: [EmbeddingRecipe.Pooling] = []
    for (name, pooling) in names.sorted(by: { $0.key < $1.key })
    where try fields.bool("pooling_mode_\(name)", default: false) { chosen.append(pooling) }
    guard chosen.count == 1 else {
      throw fields.error("pooling_mode_…", "names \(chosen.count) ways of pooling, but one is computed")
    }
    return (chosen[0], poolsPrompt)
  }

  private static let poolings = EmbeddingRecipe.Pooling.allCases.map(\.rawValue).joined(separator: ", ")

  mutating func projection(
    _ path: String, inputs: Int
  ) throws(CheckpointError) -> EmbeddingRecipe.Projection {
    let name = "\(path)/config.json"
    guard let fields = try read(name) else { throw .notFound(folder.appendingPathComponent(name).path) }
    guard try fields.size("in_features", upTo: 1 << 20) == inputs else {
      throw fields.error("in_features", "is not \(inputs), which is what comes before")
    }
    guard try !fields.bool("use_residual", default: false) else {
      throw fields.error("use_residual", "is true, which is not known here")
    }
    let activation = fields.has("activation_function") ? try fields.string("activation_function") : "Tanh"
    guard
      let known = EmbeddingRecipe.Projection.Activation(rawValue: String(activation.split(separator: ".").last ?? ""))
    else { throw fields.error("activation_function", "is \(activation), which is not known here") }
    return EmbeddingRecipe.Projection(
      folder: path, inputs: inputs, outputs: try fields.size("out_features", upTo: 1 << 20),
      hasBias: try fields.bool("bias", default: true), activation: known)
  }

  /// Of the transformer, nil if nothing states it.
  mutating func maximumTokens(_ path: String) throws(CheckpointError) -> Int? {
    let prefix = path.isEmpty ? "" : "\(path)/"
    for name in EmbeddingRecipe.transformerNames {
      guard let fields = try read(prefix + name) else { continue }
      guard try !fields.bool("do_lower_case", default: false) else {
        throw fields.error("do_lower_case", "is true, which is not computed here: the tokenizer decides about case")
      }
      return fields.has("max_seq_length") ? try fields.size("max_seq_length", upTo: 1 << 24) : nil
    }
    return nil
  }

  typealias Settings = (prompts: [String: String], defaultPrompt: String?, similarity: EmbeddingRecipe.Similarity)

  mutating func settings() throws(CheckpointError) -> Settings {
    guard let fields = try read(EmbeddingRecipe.settingsName) else { return ([:], nil, .cosine) }
    var prompts: [String: String] = [:]
    if fields.has("prompts") {
      guard let members = fields.value["prompts"]?.object?.members else {
        throw fields.error("prompts", "is not an object of texts")
      }
      for member in members {
        guard let text = member.value.string else { throw fields.error("prompts.\(member.name)", "is not a text") }
        prompts[member.name] = text
      }
    }
    let defaultPrompt = fields.has("default_prompt_name") ? try fields.string("default_prompt_name") : nil
    if let defaultPrompt, prompts[defaultPrompt] == nil {
      throw fields.error("default_prompt_name", "is \"\(defaultPrompt)\", which is none of the prompts")
    }
    guard fields.has("similarity_fn_name") else { return (prompts, defaultPrompt, .cosine) }
    let name = try fields.string("similarity_fn_name")
    guard let similarity = EmbeddingRecipe.Similarity(rawValue: name) else {
      throw fields.error("similarity_fn_name", "is \(name), which is not computed here")
    }
    return (prompts, defaultPrompt, similarity)
  }

  mutating func matryoshka(below dimension: Int) throws(CheckpointError) -> [Int] {
    guard let fields = try read("config.json") else { return [] }
    files.removeAll { $0 == "config.json" }
    guard fields.has("matryoshka_dimensions") else { return [] }
    let sizes = fields.value["matryoshka_dimensions"]?.array?.compactMap(\.integer) ?? []
    guard !sizes.isEmpty, sizes.allSatisfy({ (1...dimension).contains($0) }) else {
      throw fields.error("matryoshka_dimensions", "is not a list of sizes up to \(dimension)")
    }
    return sizes.filter { $0 < dimension }.sorted()
  }
}
