"""Mallory, who has neither, gets nowhere and leaves no trace."""

from playwright.sync_api import expect

from dev.entra import cast
from tests.browser.conftest import Meet
from tests.browser.stage import Stage
from tests.browser.visitors import Way


def test_mallory_sees_nothing_of_contoso_and_leaves_no_trace(meet: Meet, stage: Stage, way: Way) -> None:
    subscription = stage.buy()
    before = stage.world.rows()
    mallory = meet(way)
    mallory.sign_in("Mallory")
    main = mallory.page.get_by_role("main")

    expect(main).to_contain_text("There is no subscription here for you to look after.")
    for address in (f"/seats?subscription={subscription}", f"/api/seats/export?subscription={subscription}"):
        refused = mallory.page.goto(f"{stage.base}{address}")
        assert refused is not None
        assert refused.status == 404
    mallory.open("/account")
    expect(main).to_contain_text("Nothing about you is held here.")

    assert stage.world.rows() == before
    assert stage.code("mallory@evil.example") == "NO_LICENSE"


def test_a_page_of_mallorys_can_neither_frame_nor_post_to_ours(meet: Meet, stage: Stage) -> None:
    stage.buy()
    alice = meet()
    alice.sign_in("Alice")
    before = stage.world.rows()
    page = alice.page
    # Another site than ours, as localhost and 127.0.0.1 are to a browser.
    elsewhere = f"{stage.vendors.entra.pages.base}/nowhere"
    page.goto(elsewhere)

    page.evaluate(
        """async (to) => {
          const frame = Object.assign(document.createElement("iframe"), { src: to });
          const loaded = new Promise((done) => frame.addEventListener("load", done));
          document.body.append(frame);
          await loaded;
          const form = Object.assign(document.createElement("form"), { method: "post", action: to });
          const field = Object.assign(document.createElement("input"), { name: "do", value: "give own" });
          form.append(field);
          document.body.append(form);
          form.submit();
        }""",
        f"{stage.base}/seats",
    )
    page.wait_for_url(f"{stage.base}/seats")

    expect(page.get_by_role("main")).not_to_contain_text("has a seat now")
    assert stage.world.rows() == before
    assert any("frame-ancestors" in fault for fault in alice.faults)
    alice.faults.clear()


def test_a_sign_in_leads_back_to_pages_of_ours_only(meet: Meet, stage: Stage) -> None:
    visitor = meet()
    for then in ("//vendor.example", "https://vendor.example/", "/\\vendor.example", "/%5Cvendor.example"):
        visitor.open(f"/sign-in?then={then}")
        if "Pick" in visitor.page.title():
            visitor.choose_account("Mallory")

        visitor.page.wait_for_url(f"{stage.base}/")
    assert cast.MALLORY not in str(stage.world.rows())
