import JSON

/// Reads from a configuration what each layer remembers, as mlx-lm 0.32.2 makes caches.
struct LayerMemoryReader {
  let fields: ConfigFields
  private let family: Family

  /// Families by what their layers remember.
  private enum Family {
    /// Attention to all tokens, whatever `layer_types` says.
    case global
    /// Windows where `layer_types` names them.
    case named
    /// As `named`, or else windows on every second layer.
    case alternating
    /// Windows on all but every n-th layer.
    case gemma3
    /// Windows, other heads on global layers, and last layers that read what earlier ones remember.
    case gemma4
    /// Attention that remembers the latent vector of a token.
    case latent
    /// Delta nets, with attention on every n-th layer.
    case deltaNet
    /// Short convolutions beside attention.
    case shortConvolution
    /// State-space layers, attention, and layers without a mixer.
    case stateSpace
    /// Encoders, which read a text at once.
    case nothing

    init?(_ modelType: String) {
      switch modelType {
      case "qwen2", "qwen3", "qwen3_moe", "olmoe", "mixtral", "granitemoe", "minimax", "minimax_m2", "glm4_moe":
        self = .global
      case "llama", "mistral", "ministral3": self = .named
      case "gpt_oss": self = .alternating
      case "gemma3", "gemma3_text": self = .gemma3
      case "gemma4", "gemma4_text", "gemma4_unified": self = .gemma4
      case "deepseek_v3", "kimi_k2", "joyai_llm_flash", "glm4_moe_lite": self = .latent
      case "qwen3_next", "qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text": self = .deltaNet
      case "lfm2", "lfm2_moe": self = .shortConvolution
      case "nemotron_h": self = .stateSpace
      case "bert", "roberta", "xlm-roberta", "modernbert": self = .nothing
      default: return nil
      }
    }
  }

  /// - Parameter file: The file's path, for messages.
  /// - Throws: `.field` for a configuration that is no object.
  init(_ config: JSONValue, file: String) throws(CheckpointError) {
    guard config.object != nil else {
      throw .field(file: file, name: "(top level)", problem: "is \(config.kind), not an object")
    }
    let modelType = config["model_type"]?.string ?? ""
    // A model with other parts may name the text model's family in its own section.
    family = Family(modelType) ?? config["text_config"]?["model_type"]?.string.flatMap(Family.init) ?? .named
    fields = ConfigFields(value: ModelConfig.decoderSection(config, modelType), file: file)
  }

  /// - Throws: `.field` for a size that is missing or impossible.
  func layers() throws(CheckpointError) -> [LayerMemory] {
    switch family {
    case .global, .named, .alternating, .gemma3:
      let numbers = try keysAndValues()
      return try windows().map { attention(numbers, window: $0) }
    case .gemma4: return try gemma4()
    case .latent: return try latent()
    case .deltaNet: return try deltaNets()
    case .shortConvolution: return try shortConvolutions()
    case .stateSpace: return try stateSpaces()
    case .nothing: return []
    }
  }

  func attention(_ numbers: Int, window: Int?) -> LayerMemory {
    window.map { .lastTokens(window: $0, numbers: numbers) } ?? .everyToken(numbers: numbers)
  }

  func layerCount() throws(CheckpointError) -> Int { try fields.size("num_hidden_layers", upTo: 1 << 12) }

  func width(_ name: String, default fallback: Int? = nil) throws(CheckpointError) -> Int {
    try fields.size(name, upTo: 1 << 16, default: fallback)
  }

  /// The members of `layer_types`, nil without it.
  func layerTypes(_ count: Int) throws(CheckpointError) -> [String]? {
    guard fields.has("layer_types") else { return nil }
    guard let types = fields.value["layer_types"]?.array?.compactMap(\.string), types.count == count else {
      throw fields.error("layer_types", "does not name a type for each of the \(count) layers")
    }
    return types
  }

  /// Numbers that a layer with attention keeps of a token.
  func keysAndValues() throws(CheckpointError) -> Int {
    let heads = try width("num_attention_heads")
    if fields.has("kv_lora_rank") {
      // Latent attention that remembers the keys and values computed from the latent vector.
      let key = try width("qk_nope_head_dim") + width("qk_rope_head_dim")
      return heads * (key + (try width("v_head_dim")))
    }
    let dimension =
      fields.has("head_dim") ? try width("head_dim") : try fields.size("hidden_size", upTo: 1 << 20) / heads
    return 2 * dimension * (try width("num_key_value_heads", default: heads))
  }

  /// The window of each layer, nil for all tokens.
  func windows() throws(CheckpointError) -> [Int?] {
    let count = try layerCount()
    switch family {
    case .named: return try namedWindows(count) ?? Array(repeating: nil, count: count)
    case .alternating:
      if let named = try namedWindows(count, default: 128) { return named }
      let window = try window(default: 128)
      return (0..<count).map { $0 % 2 == 0 ? window : nil }
    case .gemma3: return try patternWindows(count, interval: 6)
    case .gemma4:
      if let named = try namedWindows(count, default: 512) { return named }
      return try patternWindows(count, interval: 5)
    case .global, .latent, .deltaNet, .shortConvolution, .stateSpace, .nothing:
      return Array(repeating: nil, count: count)
    }
  }

  private func window(default fallback: Int?) throws(CheckpointError) -> Int {
    try fields.size("sliding_window", upTo: 1 << 24, default: fallback)
  }

  private func namedWindows(_ count: Int, default fallback: Int? = nil) throws(CheckpointError) -> [Int?]? {
    guard let types = try layerTypes(count), types.contains("sliding_attention") else { return nil }
    let window = try window(default: fallback)
    return types.map { $0 == "sliding_attention" ? window : nil }
  }

  private func patternWindows(_ count: Int, interval: Int) throws(CheckpointError) -> [Int?] {
    let window = try window(default: 512)
    let interval = try width("sliding_window_pattern", default: interval)
    return (0..<count).map { ($0 + 1) % interval == 0 ? nil : window }
  }
}
