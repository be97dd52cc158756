import Checkpoint
import NativeEngine

enum NativeSession {
  static func open(_ model: ModelFolder) throws -> Session { try Session(model, options: .init(contextLength: 256)) }
}
