#include "vrlt/page/page.h"

#include "page/style.h"
#include "vrlt/page/html.h"

namespace vrlt::page {

std::string whole_page(const std::string& title, const std::string& body) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>" +
         escape(title) + "</title><style>" + kStyle + "</style></head><body><h1>" + escape(title) +
         "</h1>" + body + kHoverScript + kFinderScript + "</body></html>\n";
}

}  // namespace vrlt::page
