import JSON

/// Why a checkpoint cannot be read, converted or written.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(String)
  case notAFolder(String)
  case unreadable(String, reason: String)
  case unwritable(String, reason: String)
  case diskFull(String)
  case targetNotEmpty(String)
  case json(file: String, JSONError)
  case field(file: String, name: String, problem: String)
  case safetensors(file: String, SafetensorsProblem)
  case noWeights(folder: String)
  case duplicateTensor(String, files: [String])
  case missingTensor(String, file: String)
  case tensor(String, file: String, problem: String)
  case notFinite(tensor: String, file: String, index: Int)
  case gguf(file: String, GGUFProblem)
  case cancelled

  public var description: String {
    switch self {
    case .notFound(let path): "\(path) does not exist: check the path, or fetch the model again"
    case .notAFolder(let path): "\(path) is not a folder: give the folder that holds config.json"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    case .diskFull(let path): "the disk is full while writing \(path): free some space and start again"
    case .targetNotEmpty(let path): "\(path) already holds files: choose another folder or remove it first"
    case .json(let file, let error): "\(file) is \(error)"
    case .field(let file, let name, let problem): "\(file): \"\(name)\" \(problem)"
    case .safetensors(let file, let problem): "\(file) is not a valid safetensors file: \(problem); fetch it again"
    case .noWeights(let folder): "\(folder) has no model*.safetensors: give a folder with MLX or Hugging Face weights"
    case .duplicateTensor(let name, let files):
      "tensor \"\(name)\" is in more than one file (\(files.joined(separator: ", "))): remove the stale one"
    case .missingTensor(let name, let file): "\(file) lacks tensor \"\(name)\": the checkpoint is incomplete"
    case .tensor(let name, let file, let problem): "\(file): tensor \"\(name)\" \(problem)"
    case .notFinite(let name, let file, let index):
      "\(file): tensor \"\(name)\" holds NaN or infinity at element \(index): the weights are damaged"
    case .gguf(let file, let problem): "\(file) cannot be used as GGUF: \(problem)"
    case .cancelled: "cancelled: nothing was written"
    }
  }
}
