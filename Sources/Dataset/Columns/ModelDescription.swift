/// What of a worker's description of its model may leave; engines are free to describe more.
enum ModelDescription {
  static let publicMembers: Set<String> = [
    "architecture", "attention_heads", "bits_per_weight", "bytes", "context_length", "head_dimension", "hidden_size",
    "key_value_heads", "kv_bytes_per_token", "lane", "layers", "manifest", "parameters", "quantization", "storage",
    "vocabulary",
  ]
}
