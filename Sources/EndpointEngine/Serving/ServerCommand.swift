import Foundation

/// A profile's command for one model folder.
struct ServerCommand {
  private let profile: ServerProfile
  private let folder: URL
  private let python: String

  init(_ profile: ServerProfile, folder: URL, python: String?) {
    self.profile = profile
    self.folder = folder
    self.python = python ?? "python3"
  }

  var name: String { profile.name }
  var servedModel: String { profile.servedModel.replacingOccurrences(of: "{model}", with: folder.path) }

  /// - Throws: `.notStarted` where the command wants a GGUF file and the folder has none, or several.
  func words(port: Int) throws(EndpointError) -> [String] {
    var words: [String] = []
    for word in profile.command {
      var word = word.replacingOccurrences(of: "{model}", with: folder.path)
        .replacingOccurrences(of: "{port}", with: String(port)).replacingOccurrences(of: "{python}", with: python)
      if word.contains("{gguf}") { word = word.replacingOccurrences(of: "{gguf}", with: try ggufPath) }
      words.append(word)
    }
    return words
  }

  private var ggufPath: String {
    get throws(EndpointError) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let files = names.filter { $0.hasSuffix(".gguf") }
      guard files.count == 1 else {
        throw .notStarted(
          command: profile.name, reason: "\(folder.path) must hold one GGUF file, it holds \(files.count)")
      }
      return folder.appendingPathComponent(files[0]).path
    }
  }
}
