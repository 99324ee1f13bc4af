"""Every provider, by the name of its dialect."""

from typing import Final

from ringdesk.simulators.hooks import Provider, agents, cxml, flows, plivo, push, signing, telnyx, vonage, zoom

PROVIDERS: Final[dict[str, Provider]] = {
    "generic": Provider(push.generic, signing.in_path),
    "sipgate": Provider(push.sipgate, signing.in_path),
    "placetel": Provider(push.placetel, signing.by_placetel),
    "shop": Provider(flows.shop, signing.in_header),
    "exotel": Provider(flows.exotel, signing.in_path),
    "aircall": Provider(agents.aircall, signing.in_body),
    "cloudtalk": Provider(flows.cloudtalk, signing.in_header),
    "ringcentral": Provider(agents.ringcentral, signing.in_verification),
    "threecx": Provider(flows.threecx, signing.in_header),
    "twilio": Provider(cxml.parts, signing.by_twilio),
    "signalwire": Provider(cxml.parts, signing.by_signalwire),
    "plivo": Provider(plivo.parts, signing.by_plivo),
    "vonage": Provider(vonage.parts, signing.by_vonage),
    "telnyx": Provider(telnyx.parts, signing.by_telnyx, signing.public_key),
    "zoom": Provider(zoom.parts, signing.by_zoom),
}
