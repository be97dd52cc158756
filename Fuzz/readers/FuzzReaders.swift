import Checkpoint
import Crypto
import Dataset
import Foundation
import JSON

/// The readers of files that strangers wrote, with bytes that may be anything.
///
/// The first byte chooses the reader, the rest is the file. Refusing it is right; ending the process is not.
enum Reader: UInt8, CaseIterable {
  case safetensors, gguf, index, json

  /// Files go to memory where the system has a folder for that.
  private static let folder: URL = {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let root =
      FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    let folder = root.appendingPathComponent("resident-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(
      at: folder.appendingPathComponent("index"), withIntermediateDirectories: true)
    return folder
  }()

  static func read(_ input: UnsafeBufferPointer<UInt8>) {
    guard let first = input.first, let reader = Reader(rawValue: first % UInt8(allCases.count)) else { return }
    do { try reader.read(Data(input.dropFirst())) } catch { _ = "\(error)" }
  }

  private func read(_ bytes: Data) throws {
    switch self {
    case .safetensors:
      for tensor in try SafetensorsFile(contentsOf: write(bytes, "model.safetensors")).tensors.values {
        try tensor.validateFinite()
        guard tensor.type.isRowType, tensor.rowCount > 0 else { continue }
        var row = [Float](repeating: 0, count: tensor.columnCount)
        row.withUnsafeMutableBufferPointer { tensor.copyRow(tensor.rowCount - 1, into: $0) }
      }
    case .gguf:
      let file = try write(bytes, "model.gguf")
      _ = try GGUFFile(contentsOf: file)
      _ = try? ModelImporter.explainGGUF(file)
      _ = try? GGUFOutline(contentsOf: file)
    case .index:
      // An entry is read only if its name has the hash of its bytes.
      let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined().prefix(32)
      let file = try write(bytes, "index/batch-20260101T000000Z-\(hash).json")
      defer { try? FileManager.default.removeItem(at: file) }
      let dataset = try PublishedDataset(folder: Self.folder, engine: nil)
      _ = try? dataset.sessions()
      _ = try? dataset.verdicts()
      _ = try? dataset.files()
    case .json:
      _ = try JSONValue(parsing: bytes).serialized(.canonical)
    }
  }

  private func write(_ bytes: Data, _ name: String) throws -> URL {
    let file = Self.folder.appendingPathComponent(name)
    try bytes.write(to: file)
    return file
  }
}

#if FUZZING
  /// libFuzzer's own entry, since the package manager names `main` itself (compiler-rt/lib/fuzzer/FuzzerInterface.h).
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
  ) -> CInt

  @main
  enum FuzzReaders {
    static func main() {
      var count = CommandLine.argc
      var arguments = CommandLine.unsafeArgv
      exit(
        runDriver(&count, &arguments) { bytes, count in
          Reader.read(UnsafeBufferPointer(start: bytes, count: count))
          return 0
        })
    }
  }
#else
  /// Reads inputs from files once, to see again what a fuzzer found: fuzz-readers FILE...
  @main
  enum FuzzReaders {
    static func main() throws {
      for path in CommandLine.arguments.dropFirst() {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes.withUnsafeBufferPointer(Reader.read)
        print("\(path): read without harm")
      }
    }
  }
#endif
