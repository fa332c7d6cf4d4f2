#include "roformer/apt/apt_lists.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/base/file_lock.h"
#include "roformer/base/log.h"

namespace roformer::apt {
namespace {

namespace fs = std::filesystem;
using base::require;

constexpr const char* system_lists = "/var/lib/apt/lists";

// …_i18n_Translation-en, bare or compressed; not Translation-en_GB.
bool is_translation_list(const fs::path& path, std::string_view language) {
  const std::string mark = fmt::format("_Translation-{}", language);
  const std::string name = path.filename().string();
  const auto at = name.rfind(mark);
  if (at == std::string::npos) return false;
  const auto rest = name.substr(at + mark.size());
  return rest.empty() || rest == ".xz" || rest == ".gz" || rest == ".lz4" || rest == ".zst";
}

std::vector<std::string> update_command(const fs::path& folder,
                                        const std::vector<std::string>& languages) {
  const auto setting = [](std::string_view name, const fs::path& value) {
    return fmt::format("{}={}", name, value.string());
  };
  return {"apt-get", "update", "-o", setting("Dir::State::Lists", folder / "lists"), "-o",
          setting("Dir::Cache", folder / "cache"), "-o",
          fmt::format("Acquire::Languages={}", fmt::join(languages, ",")),
          // Descriptions alone: the package lists are three quarters of the download.
          "-o", "Acquire::IndexTargets::deb::Packages::DefaultEnabled=false", "-o",
          "Acquire::IndexTargets::deb-src::Sources::DefaultEnabled=false", "-o",
          "Acquire::http::Timeout=30",
          // Root would hand the download to a user who may not enter this folder.
          "-o", "APT::Sandbox::User=root"};
}

void fetch_lists(const fs::path& folder, const std::vector<std::string>& languages,
                 std::string_view remedy) {
  require(base::has_program("apt-get"),
          "[data] the default text is apt's package descriptions but there is no apt-get; {}",
          remedy);
  const fs::path work = folder / "fetching";
  std::error_code ignored;
  fs::remove_all(work, ignored);
  fs::create_directories(work / "lists" / "partial");
  fs::create_directories(work / "cache" / "archives" / "partial");
  spdlog::info("fetching the package descriptions in {} (apt-get update into {})",
               fmt::join(languages, ", "), folder.string());
  const auto result =
      base::run_command(update_command(work, languages), {}, base::CommandErrors::join);
  for (const auto& language : languages) {
    const auto lists = apt_lists_in(work / "lists", language);
    require(!lists.empty(),
            "[data] the default text is apt's package descriptions but apt-get update brought none "
            "in '{}' (status {}); {}\n{}",
            language, result.status, remedy,
            result.output.substr(result.output.size() -
                                 std::min<std::size_t>(result.output.size(), 1000)));
    for (const auto& list : lists) fs::rename(list, folder / list.filename());
  }
  fs::remove_all(work, ignored);
}

// Every language's lists; empty if one has none.
std::vector<std::vector<fs::path>> all_lists_in(const fs::path& folder,
                                                const std::vector<std::string>& languages) {
  std::vector<std::vector<fs::path>> all;
  for (const auto& language : languages) {
    all.push_back(apt_lists_in(folder, language));
    if (all.back().empty()) return {};
  }
  return all;
}

// They become part of a command and of file names.
void require_language(const std::string& language) {
  const bool sound =
      !language.empty() && std::all_of(language.begin(), language.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '@';
      });
  require(sound && language != "none",
          "[data] expected a language of apt's descriptions such as \"de\" or \"pt_BR\" but got "
          "\"{}\"",
          language);
}

}  // namespace

std::vector<fs::path> apt_lists_in(const fs::path& folder, std::string_view language) {
  std::vector<fs::path> lists;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && is_translation_list(entry.path(), language) &&
        entry.file_size() > 0)
      lists.push_back(entry.path());
  }
  std::sort(lists.begin(), lists.end());
  return lists;
}

std::vector<std::vector<fs::path>> find_apt_lists(const fs::path& folder,
                                                  const std::vector<std::string>& languages,
                                                  std::string_view remedy) {
  for (const auto& language : languages) require_language(language);
  auto lists = all_lists_in(system_lists, languages);
  if (lists.empty()) lists = all_lists_in(folder, languages);
  if (!lists.empty()) return lists;
  const base::FileLock lock = base::lock_folder(folder, "data.cache");
  lists = all_lists_in(folder, languages);  // another run may have fetched them while we waited
  if (!lists.empty()) return lists;
  fetch_lists(folder, languages, remedy);
  return all_lists_in(folder, languages);
}

AptDescriptionReader::AptDescriptionReader(std::vector<fs::path> lists, std::string_view language)
    : lists_(std::move(lists)), field_(fmt::format("Description-{}:", language)) {}

// An empty line stands for the end of a file, which ends its last description.
bool AptDescriptionReader::next_line() {
  if (!lists_.is_open()) {
    if (!lists_.open_next()) return false;
    md5_.clear();
  }
  lists_.next(line_);
  return true;
}

bool AptDescriptionReader::next(AptDescription& description) {
  constexpr std::string_view md5_field = "Description-md5:";
  const auto value_of = [&](std::string_view field) {
    const auto begin = line_.find_first_not_of(" \t", field.size());
    return begin == std::string::npos ? std::string() : line_.substr(begin);
  };
  while (!at_field_) {
    if (!next_line()) return false;
    if (line_.empty()) md5_.clear();
    if (line_.starts_with(md5_field)) md5_ = value_of(md5_field);
    at_field_ = line_.starts_with(field_);
  }
  description = {md5_, value_of(field_), {}};
  joins_last_ = false;
  while (next_line() && line_.starts_with(' ')) add_line(description);
  at_field_ = line_.starts_with(field_);
  if (line_.empty()) md5_.clear();
  if (line_.starts_with(md5_field)) md5_ = value_of(md5_field);
  return true;
}

// " ." alone is a paragraph's end.
void AptDescriptionReader::add_line(AptDescription& description) {
  const auto first = line_.find_first_not_of(' ');
  if (line_ == " .") joins_last_ = false;
  if (line_ == " ." || first == std::string::npos) return;
  if (!joins_last_) description.paragraphs.emplace_back();
  std::string& paragraph = description.paragraphs.back();
  if (joins_last_) paragraph += ' ';
  paragraph.append(line_, first);
  joins_last_ = true;
}

}  // namespace roformer::apt
