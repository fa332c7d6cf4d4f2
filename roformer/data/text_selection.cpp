#include "roformer/data/text_selection.h"

#include "roformer/data/apt_descriptions.h"
#include "roformer/data/text_files.h"

namespace roformer::data {

std::unique_ptr<PieceSource> TextSelection::open() const {
  return apt ? open_apt_descriptions(files) : open_text_files(files, rule, block_size);
}

TextSelection select_text(const DataOptions& options) {
  TextSelection selection{false, {}, options.document, options.block_size};
  selection.apt =
      options.text.size() == 1 && options.text[0] == "apt" && !std::filesystem::exists("apt");
  selection.files = selection.apt ? find_apt_lists(options.cache / "apt", {"en"},
                                                   "name text of your own: --set data.text=FILES")
                                        .front()
                                  : find_text_files(options.text);
  return selection;
}

}  // namespace roformer::data
