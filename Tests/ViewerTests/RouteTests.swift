import JSON
import Testing

@testable import Viewer

@Suite("The viewer's paths")
struct RouteTests {
  @Test("Every documented path returns its documented schema, and no other path exists")
  func documented() async throws {
    try await RunningViewer.with { viewer in
      let document = try await viewer.get("/api/openapi.json").json
      let check = SchemaCheck(document: document)
      for member in (document["paths"]?.object ?? JSONObject()).members where member.name != "/api/events" {
        let reply = try await viewer.get(member.name.replacing("{number}", with: "1"))
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"]?.hasPrefix("application/json") == true)
        let answer = member.value["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        #expect(check.problems(try reply.json, try #require(answer)) == [], "\(member.name)")
      }
      let detail = try await viewer.get("/api/comparisons/1").json
      #expect(detail["traces"]?.array?.first?["points"]?.array?.count == 2, "\(detail["problem"] ?? .null)")
      #expect(try await viewer.get("/api/nothing").status == 404)
    }
  }

  @Test("A list is filtered and paged, and has the number of its items")
  func paging() async throws {
    try await RunningViewer.with { viewer in
      let all = try await viewer.get("/api/comparisons?limit=1").json
      #expect(all["total"]?.integer == 1 && all["comparisons"]?.array?.first?["number"]?.integer == 1)
      for filter in ["candidate=org/other", "role=coding", "outcome=promote", "envelope=x", "resident=x"] {
        #expect(try await viewer.get("/api/comparisons?\(filter)").json["total"]?.integer == 0)
      }
      #expect(try await viewer.get("/api/comparisons?candidate=org%2Fnew&offset=1").json["total"]?.integer == 1)
      for wrong in ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=99999999999999999999"] {
        #expect(try await viewer.get("/api/comparisons?\(wrong)").status == 400)
      }
    }
  }

  @Test(
    "Text that is no comparison's number is not found",
    arguments: ["0", "2", "-1", "01x", "%00", "99999999999999999999", "1%2F..", "١"])
  func unknown(_ number: String) async throws {
    try await RunningViewer.with { viewer in
      let reply = try await viewer.get("/api/comparisons/\(number)")
      #expect(reply.status == 404 || reply.status == 400)
      #expect(try await viewer.get("/comparisons/\(number).html").status != 200)
    }
  }

  @Test("The pages are the report's, and names from outside are text in pages and JSON")
  func hostile() async throws {
    try await RunningViewer.with(candidate: Recorded.hostile) { viewer in
      for path in ["/", "/index.html", "/comparisons/1.html", "/envelopes/1.html"] {
        let page = try await viewer.get(path)
        #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(!page.body.contains("<script>alert") && page.body.contains("&#60;script&#62;"))
        #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
      }
      let row = try await viewer.get("/api/comparisons").json["comparisons"]?.array?.first
      #expect(row?["candidate"]?.string == Recorded.hostile)
    }
  }

  @Test("The files that pages load exist")
  func assets() async throws {
    try await RunningViewer.with { viewer in
      let page = try await viewer.get("/").body
      let paths = page.matches(of: #/(?:src|href)="(assets/[^"]+)"/#).map { String($0.1) }
      #expect(paths.contains("assets/report.css"))
      for path in paths {
        let asset = try await viewer.get("/" + path)
        #expect(asset.status == 200 && !asset.body.isEmpty && asset.headers["content-type"]?.hasPrefix("text/") == true)
        let known = try await viewer.get("/" + path, headers: ["If-None-Match: \(asset.headers["etag"] ?? "")"])
        #expect(known.status == 304)
      }
      #expect(try await viewer.get("/assets/none.js").status == 404)
      #expect(try await viewer.get("/envelopes/2.html").status == 404)
    }
  }

  @Test("A page has the revision that it shows, so that its script notices another")
  func live() async throws {
    try await RunningViewer.with { viewer in
      let revision = try #require(try await viewer.get("/api/status").json["revision"]?.string)
      for (path, root) in [("/", ""), ("/comparisons/1.html", "../"), ("/envelopes/1.html", "../")] {
        let page = try await viewer.get(path)
        #expect(page.body.contains("src=\"\(root)assets/live.js\" data-root=\"\(root)\" data-revision=\"\(revision)\""))
        #expect(page.headers["content-security-policy"]?.contains("connect-src 'self'") == true)
        #expect(page.body.contains("connect-src 'self'"))
      }
    }
  }

  @Test("HEAD has the headers of GET and no body, and other methods are refused")
  func methods() async throws {
    try await RunningViewer.with { viewer in
      let (get, head) = (try await viewer.get("/api/roles"), try await viewer.get("/api/roles", method: "HEAD"))
      #expect(head.status == 200 && head.body.isEmpty && head.headers["etag"] == get.headers["etag"])
      #expect(head.headers["content-length"] == "\(get.body.utf8.count)")
      for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let reply = try await viewer.get("/api/roles", method: method)
        #expect(reply.status == 405 && reply.headers["allow"] == "GET, HEAD")
        #expect(reply.headers["access-control-allow-origin"] == nil)
      }
    }
  }
}
