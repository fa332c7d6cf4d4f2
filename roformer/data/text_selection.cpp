#include "roformer/data/text_selection.h"

#include "roformer/apt/apt_descriptions.h"
#include "roformer/documents/text_files.h"

namespace roformer::data {

std::unique_ptr<documents::ParagraphSource> TextSelection::open() const {
  return apt ? apt::open_apt_descriptions(files)
             : documents::open_text_files(files, rule, block_size);
}

TextSelection select_text(const DataOptions& options) {
  TextSelection selection{false, {}, options.document, options.block_size};
  selection.apt =
      options.text.size() == 1 && options.text[0] == "apt" && !std::filesystem::exists("apt");
  selection.files = selection.apt
                        ? apt::find_apt_lists(options.cache / "apt", {"en"},
                                              "name text of your own: --set data.text=FILES")
                              .front()
                        : documents::find_text_files(options.text);
  return selection;
}

}  // namespace roformer::data
