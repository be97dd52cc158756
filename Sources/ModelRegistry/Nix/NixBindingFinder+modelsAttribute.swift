extension NixBindingFinder {
  /// The one attribute `models` of the file, given as a plain set or by paths such as `models.default`.
  func modelsAttribute(in bytes: [UInt8]) throws(RegistryError.ContentProblem) -> Int {
    var offsets: [Int: Int] = [:]
    var literals: [Int] = []
    var visited = Set<Int>()
    for binding in bindings {
      if isModels(binding.attribute) {
        switch binding.value {
        case .attributeSet:
          literals.append(binding.offset)
          offsets[binding.attribute] = binding.offset
        case .computed: throw .modelsSetNotPlain(line: NixLexer.line(of: binding.offset, in: bytes))
        case .string, .other: break
        }
      }
      var attribute = tree.attributes[binding.attribute].parent
      while let parent = attribute, visited.insert(parent).inserted {
        if isModels(parent), offsets[parent] == nil { offsets[parent] = binding.offset }
        attribute = tree.attributes[parent].parent
      }
    }
    let candidates = literals.count > offsets.count ? literals : Array(offsets.values)
    guard candidates.count <= 1 else {
      throw .modelsSetNotUnique(lines: NixLexer.lines(of: candidates, in: bytes))
    }
    guard let models = offsets.first else { throw .modelsSetMissing }
    return models.key
  }

  private func isModels(_ attribute: Int) -> Bool { tree.attributes[attribute].name == "models" }
}
