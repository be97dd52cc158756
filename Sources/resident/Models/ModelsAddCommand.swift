import ArgumentParser
import Checkpoint
import Foundation
import JSON
import Measurements
import Platform
import Runner

struct ModelsAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Give a model on this machine an id, by which every command then takes it.",
    discussion: """
      A folder stays where it is: the library gets a link to it. A GGUF file is converted into the library. The model may \
      also be named by the id under which Hugging Face, LM Studio or Ollama keeps it here; `resident models list --found` \
      lists these.

      Example: resident models add ~/models/Qwen3-4B-4bit --id qwen3-4b
      """)

  @Argument(help: "A model folder, a GGUF file, or the id of a model that was found.", completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp("The id. Default: the folder's or file's name, or the id that was found.", valueName: "id"))
  var id: String?

  @OptionGroup var library: LibraryOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let found = try source()
    let id = self.id.map(ModelID.init(rawValue:)) ?? found.id
    let library = library.library
    guard let target = library.place(of: id), id.rawValue == id.rawValue.printable else {
      throw ValidationError("\"\(id)\" can't be an id: it is NAME or ORGANIZATION/NAME. Give another by --id.")
    }
    guard !isLink(target), !FileManager.default.fileExists(atPath: target.path)
    else { throw ValidationError("\(target.path) exists. Give another id by --id, or remove it first.") }
    let parent = target.deletingLastPathComponent()
    if id.rawValue.contains("/"), isLink(parent) || ModelLibrary.isModel(parent) {
      throw ValidationError("\(parent.path) is a model itself, so nothing is put into it. Give another id by --id.")
    }
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    switch found.form {
    case .folder: try FileManager.default.createSymbolicLink(at: target, withDestinationURL: found.url)
    case .gguf:
      let progress = ConversionDisplay("importing")
      let cancellation = Cancellation()
      try ModelImporter.importGGUF(
        found.url, to: target, explain: { _ in }, progress: progress.show,
        isCancelled: { cancellation.isRequested })
      progress.end()
    }
    if json {
      let object: JSONValue = [
        "id": .string(id.rawValue), "path": .string(target.path), "source": .string(found.url.path),
      ]
      return Terminal.write(result: object)
    }
    Terminal.write("\(id) is \(found.url.path)\n")
  }

  private func isLink(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isSymbolicLinkKey]))?.isSymbolicLink == true
  }

  private func source() throws -> FoundModel {
    let url = URL(fileURLWithPath: model).standardizedFileURL
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      if isFolder.boolValue {
        guard ModelLibrary.isModel(url) else {
          throw ValidationError("\(url.path) has no config.json, so it is no model folder.")
        }
        return FoundModel(id: ModelID(rawValue: url.lastPathComponent), url: url, form: .folder, keeper: "")
      }
      guard url.pathExtension.lowercased() == "gguf" else {
        throw ValidationError("\(url.path) is neither a model folder nor a GGUF file.")
      }
      let stem = url.deletingPathExtension().lastPathComponent
      return FoundModel(id: ModelID(rawValue: stem), url: url, form: .gguf, keeper: "")
    }
    let found = FoundModels(home: DataLocations.home, environment: ProcessInfo.processInfo.environment).models
    guard let known = found.first(where: { $0.id.rawValue == model }) else {
      let names = found.isEmpty ? "none" : found.prefix(8).map(\.id.rawValue).joined(separator: ", ")
      throw ValidationError("There is no file \(model), and no model of that id on this machine; known: \(names).")
    }
    return known
  }
}
