import Foundation
import JSON

/// A GGUF file's configuration and sizes as they stand in it, without a look at its weights.
public struct GGUFOutline: Sendable {
  public let config: ModelConfig
  /// By GGML type, largest first.
  public let storages: [StoredTensors]
  /// Nil for a model without experts.
  public let experts: ExpertCount?
  /// Weights that take part in computing one token.
  public let activeParameterCount: Int
  /// Bytes that computing one token reads.
  public let bytesPerToken: Int

  /// - Throws: `.gguf` for a file that is none, or of a family or tokenizer that is not known.
  public init(contentsOf url: URL) throws(CheckpointError) {
    let file = try GGUFFile(contentsOf: url)
    let json: JSONObject
    do throws(GGUFProblem) {
      let family = try GGUFFamily.of(file)
      let tokenizer = try GGUFTokenizer(file)
      let sizes = try GGUFSizes(file, family: family, vocabularySize: tokenizer.tokens.count)
      json = try file.configJSON(family: family, sizes: sizes, tokenizer: tokenizer)
    } catch {
      throw .gguf(file: url.path, error)
    }
    config = try ModelConfig(parsing: .object(json), file: url.path)
    experts = ExpertCount(config.fields)
    let readsWholeEmbedding = config.tieWordEmbeddings
    var (active, read) = (0, 0)
    for tensor in file.tensors {
      let (parameters, bytes) = (tensor.rowCount * tensor.columnCount, tensor.bytes.count)
      if tensor.name.contains("_exps."), let experts {
        active += experts.share(of: parameters)
        read += experts.share(of: bytes)
      } else if tensor.name == "token_embd.weight", !readsWholeEmbedding {
        active += tensor.columnCount
        read += bytes / max(tensor.rowCount, 1)
      } else {
        active += parameters
        read += bytes
      }
    }
    (activeParameterCount, bytesPerToken) = (active, read)
    storages = file.storages
  }
}

extension GGUFFile {
  /// The tensors by GGML type, largest first.
  public var storages: [StoredTensors] {
    StoredTensors.totals(
      of: tensors.map {
        StoredTensors(
          format: $0.type.name, tensorCount: 1, parameterCount: $0.rowCount * $0.columnCount, byteCount: $0.bytes.count)
      })
  }
}
