import Measurements

extension RegistryFile {
  /// What each role means, or why that is not known: for who shows a registry and does without one.
  public var modelsIfReadable: (models: [Role: ModelID], problem: String?) {
    do {
      return (try read().models, nil)
    } catch {
      return ([:], "\(error)")
    }
  }
}
