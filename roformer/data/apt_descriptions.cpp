#include "roformer/data/apt_descriptions.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/data/folder_lock.h"
#include "roformer/data/hash.h"
#include "roformer/data/text_files.h"

namespace roformer::data {
namespace {

namespace fs = std::filesystem;
using base::fail;
using base::require;

constexpr const char* system_lists = "/var/lib/apt/lists";

// …_i18n_Translation-en, bare or compressed; not Translation-en_GB.
bool is_translation_list(const fs::path& path) {
  constexpr std::string_view mark = "_Translation-en";
  const std::string name = path.filename().string();
  const auto at = name.rfind(mark);
  if (at == std::string::npos) return false;
  const auto rest = name.substr(at + mark.size());
  return rest.empty() || rest == ".xz" || rest == ".gz" || rest == ".lz4" || rest == ".zst";
}

std::vector<std::string> update_command(const fs::path& folder) {
  const auto setting = [](std::string_view name, const fs::path& value) {
    return fmt::format("{}={}", name, value.string());
  };
  return {"apt-get", "update", "-o", setting("Dir::State::Lists", folder / "lists"), "-o",
          setting("Dir::Cache", folder / "cache"), "-o", "Acquire::Languages=en",
          // Descriptions alone: the package lists are three quarters of the download.
          "-o", "Acquire::IndexTargets::deb::Packages::DefaultEnabled=false", "-o",
          "Acquire::IndexTargets::deb-src::Sources::DefaultEnabled=false", "-o",
          "Acquire::http::Timeout=30",
          // Root would hand the download to a user who may not enter this folder.
          "-o", "APT::Sandbox::User=root"};
}

void fetch_lists(const fs::path& folder) {
  const char* remedy = "name text of your own: --set data.text=FILES";
  require(base::has_program("apt-get"),
          "[data] the default text is apt's package descriptions but there is no apt-get; {}",
          remedy);
  const fs::path work = folder / "fetching";
  std::error_code ignored;
  fs::remove_all(work, ignored);
  fs::create_directories(work / "lists" / "partial");
  fs::create_directories(work / "cache" / "archives" / "partial");
  spdlog::info("fetching the English package descriptions (apt-get update into {})",
               folder.string());
  const auto result = base::run_command(update_command(work), {}, base::CommandErrors::join);
  const auto lists = apt_lists_in(work / "lists");
  require(!lists.empty(),
          "[data] the default text is apt's package descriptions but apt-get update brought none "
          "(status {}); {}\n{}",
          result.status, remedy,
          result.output.substr(result.output.size() -
                               std::min<std::size_t>(result.output.size(), 1000)));
  for (const auto& list : lists) fs::rename(list, folder / list.filename());
  fs::remove_all(work, ignored);
}

// Splits the lists into descriptions: "Description-en: synopsis", then lines that begin with a
// space, " ." alone being a paragraph's end.
class AptPieces final : public PieceSource {
 public:
  explicit AptPieces(std::vector<fs::path> lists) : lists_(std::move(lists)) {
    for (const auto& list : lists_) total_ += static_cast<std::int64_t>(fs::file_size(list));
  }

  bool next(Piece& piece) override {
    while (read_paragraph(piece.text)) {
      if (!seen_.insert(hash_bytes(piece.text)).second) continue;
      if (paragraph_package_ != document_package_) ++document_;
      document_package_ = paragraph_package_;
      piece.document = document_;
      return true;
    }
    return false;
  }
  std::int64_t total() const override { return total_; }
  std::int64_t consumed() const override { return closed_ + (reader_ ? reader_->consumed() : 0); }

 private:
  bool next_line() {
    while (true) {
      if (!reader_) {
        if (next_list_ == lists_.size()) return false;
        reader_.emplace(lists_[next_list_++]);
        in_description_ = false;
      }
      if (reader_->next(line_)) return true;
      closed_ += reader_->consumed();
      reader_.reset();
      line_.clear();
      return true;  // an empty line: the end of a file ends its last paragraph
    }
  }

  // The next paragraph that is not empty; false at the end of the lists.
  bool read_paragraph(std::string& text) {
    text.clear();
    while (next_line()) {
      const bool continued = in_description_ && line_.starts_with(' ');
      if (continued && line_ != " .") {
        const auto first = line_.find_first_not_of(' ');
        if (first == std::string::npos) continue;
        if (!text.empty()) text += ' ';
        text.append(line_, first);
        paragraph_package_ = package_;
        continue;
      }
      const bool whole = !text.empty();
      if (!continued) begin_field();
      if (whole) return true;
    }
    return !text.empty();
  }

  void begin_field() {
    in_description_ = line_.starts_with("Description-en:");
    if (in_description_) ++package_;
  }

  std::vector<fs::path> lists_;
  std::size_t next_list_ = 0;
  std::optional<LineReader> reader_;
  std::string line_;
  bool in_description_ = false;
  std::int64_t package_ = 0;            // descriptions begun so far,
  std::int64_t paragraph_package_ = 0;  // the one of the last paragraph read,
  std::int64_t document_package_ = -1;  // and of the last one given out
  std::int64_t document_ = -1;
  std::unordered_set<std::uint64_t> seen_;
  std::int64_t total_ = 0;
  std::int64_t closed_ = 0;
};

}  // namespace

std::vector<fs::path> apt_lists_in(const fs::path& folder) {
  std::vector<fs::path> lists;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && is_translation_list(entry.path()) && entry.file_size() > 0)
      lists.push_back(entry.path());
  }
  std::sort(lists.begin(), lists.end());
  return lists;
}

std::vector<fs::path> find_apt_lists(const fs::path& folder) {
  auto lists = apt_lists_in(system_lists);
  if (lists.empty()) lists = apt_lists_in(folder);
  if (!lists.empty()) return lists;
  const FolderLock lock(folder);
  lists = apt_lists_in(folder);  // another run may have fetched them while we waited
  if (!lists.empty()) return lists;
  fetch_lists(folder);
  return apt_lists_in(folder);
}

std::unique_ptr<PieceSource> open_apt_descriptions(std::vector<fs::path> lists) {
  return std::make_unique<AptPieces>(std::move(lists));
}

}  // namespace roformer::data
