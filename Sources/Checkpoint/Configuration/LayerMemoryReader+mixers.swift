import JSON

/// Families whose layers do not all remember keys and values of the same size.
extension LayerMemoryReader {
  func gemma4() throws(CheckpointError) -> [LayerMemory] {
    let windows = try windows()
    let dimension = try width("head_dim", default: 256)
    let heads = try width("num_key_value_heads", default: 1)
    // Zero stands for none, as null does.
    let isSame = fields.value["global_head_dim"]?.integer == 0
    let globalDimension = isSame ? dimension : try width("global_head_dim", default: 512)
    let sharesValues = try fields.bool("attention_k_eq_v", default: false)
    let globalHeads = sharesValues ? try width("num_global_key_value_heads", default: heads) : heads
    let shared = fields.has("num_kv_shared_layers") ? fields.value["num_kv_shared_layers"]?.integer : 20
    guard let shared, (0..<windows.count).contains(shared) else {
      throw fields.error("num_kv_shared_layers", "is not a number of layers below \(windows.count)")
    }
    return windows.enumerated().map { index, window in
      if index >= windows.count - shared { return .nothing }
      return attention(2 * (window == nil ? globalHeads * globalDimension : heads * dimension), window: window)
    }
  }

  /// The latent vector and the part of the key that turns with the position (DeepSeek-AI 2024, arXiv 2405.04434).
  func latent() throws(CheckpointError) -> [LayerMemory] {
    let numbers = try width("kv_lora_rank", default: 512) + width("qk_rope_head_dim", default: 64)
    return Array(repeating: .everyToken(numbers: numbers), count: try layerCount())
  }

  /// Delta nets keep a matrix per value head and the last inputs of their convolution.
  func deltaNets() throws(CheckpointError) -> [LayerMemory] {
    let valueHeads = try width("linear_num_value_heads")
    let (keyDimension, valueDimension) = (try width("linear_key_head_dim"), try width("linear_value_head_dim"))
    let channels = try 2 * width("linear_num_key_heads") * keyDimension + valueHeads * valueDimension
    let state = LayerMemory.state(
      numbers: (try width("linear_conv_kernel_dim", default: 4) - 1) * channels
        + valueHeads * keyDimension * valueDimension)
    let attention = LayerMemory.everyToken(numbers: try keysAndValues())
    let interval = try width("full_attention_interval", default: 4)
    return (0..<(try layerCount())).map { ($0 + 1) % interval == 0 ? attention : state }
  }

  /// Convolutions keep their last inputs.
  func shortConvolutions() throws(CheckpointError) -> [LayerMemory] {
    let count = try layerCount()
    let state = LayerMemory.state(
      numbers: (try width("conv_L_cache", default: 3) - 1) * (try fields.size("hidden_size", upTo: 1 << 20)))
    let attention = LayerMemory.everyToken(numbers: try keysAndValues())
    if let types = try layerTypes(count) { return types.map { $0 == "full_attention" ? attention : state } }
    let attentive = Set((fields.value["full_attn_idxs"]?.array ?? []).compactMap(\.integer))
    return (0..<count).map { attentive.contains($0) ? attention : state }
  }

  /// State-space layers (Dao and Gu 2024, arXiv 2405.21060) keep a matrix per head and the last inputs of their
  /// convolution.
  func stateSpaces() throws(CheckpointError) -> [LayerMemory] {
    let (heads, dimension) = (try width("mamba_num_heads"), try width("mamba_head_dim"))
    let size = try width("ssm_state_size")
    let channels = heads * dimension + 2 * (try width("n_groups")) * size
    let state = LayerMemory.state(
      numbers: (try width("conv_kernel") - 1) * channels + heads * dimension * size)
    let attention = LayerMemory.everyToken(numbers: try keysAndValues())
    return try blocks().map { block in
      switch block {
      case "M", "mamba", "linear_attention", "conv": state
      case "*", "attention", "full_attention": attention
      default: .nothing
      }
    }
  }

  /// The blocks of a state-space model, under any of the three names that configurations have for them.
  private func blocks() throws(CheckpointError) -> [String] {
    let pattern = fields.value["hybrid_override_pattern"]
    let blocks =
      pattern?.string.map { $0.map(String.init) }
      ?? (pattern?.array ?? fields.value["layers_block_type"]?.array ?? fields.value["layer_types"]?.array)?
      .compactMap(\.string)
    guard let blocks, (1...1 << 12).contains(blocks.count) else {
      throw fields.error("hybrid_override_pattern", "does not name the kind of each layer")
    }
    return blocks
  }
}
